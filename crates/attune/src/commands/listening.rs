//! The address that a server is asked to listen at: read as typed, and looked at before anything else is done, so that
//! nobody waits for a demonstration that cannot open.

use std::{
    io::ErrorKind,
    net::{SocketAddr, TcpListener},
};

use anyhow::{Result, bail};

/// An address with its port, as `--listen` takes it.
///
/// # Errors
///
/// In words, when it is none.
pub fn address(typed: &str) -> Result<SocketAddr, String> {
    typed.parse().map_err(|_| {
        "write numbers and a port, such as 127.0.0.1:7070 (this machine alone) or 127.0.0.1:0 (any port that is free)"
            .to_owned()
    })
}

/// Whether a server can listen here.
///
/// # Errors
///
/// It cannot: somebody else does, the port needs a right, or the address is not this machine's.
pub fn can_listen_at(address: SocketAddr) -> Result<()> {
    let Err(error) = TcpListener::bind(address) else {
        return Ok(());
    };
    let why = match error.kind() {
        ErrorKind::AddrInUse => format!(
            "another program listens there already, perhaps Attune itself; open http://{address}, or choose another port, \
             such as --listen {}",
            SocketAddr::new(address.ip(), address.port().checked_add(1).unwrap_or(7070))
        ),
        ErrorKind::PermissionDenied => {
            "ports below 1024 are open only to those whom the system lets; choose a port from 1024 on, or give the program \
             that right"
                .to_owned()
        }
        ErrorKind::AddrNotAvailable => {
            "this machine does not have that address; 127.0.0.1 is this machine alone, 0.0.0.0 every address it has"
                .to_owned()
        }
        _ => error.to_string(),
    };
    bail!("cannot listen at {address}: {why}")
}

#[cfg(test)]
mod tests {
    use super::{address, can_listen_at};

    #[test]
    fn an_address_in_use_is_told_with_another_port() {
        let first = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let taken = first.local_addr().expect("its address");
        let complaint = can_listen_at(taken).expect_err("it is taken").to_string();
        let next = format!("--listen 127.0.0.1:{}", taken.port().wrapping_add(1));
        assert!(
            complaint.contains("another program listens there already"),
            "{complaint}"
        );
        assert!(
            complaint.contains(&next) || taken.port() == u16::MAX,
            "{complaint}"
        );
        drop(first);
        can_listen_at(taken).expect("it is free again");
    }

    #[test]
    fn a_name_is_no_address() {
        let complaint = address("localhost").expect_err("no numbers");
        assert!(complaint.contains("127.0.0.1:7070"), "{complaint}");
        assert!(address("127.0.0.1:7070").is_ok());
    }
}
