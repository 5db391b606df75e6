//! A recording as an answer: whole, or the part that a player asks for. It is opened piece by piece while
//! it is sent, so the size of a recording does not matter, and nothing tells when it was made.

use std::{
    io::{Read, Seek, SeekFrom},
    ops::Range,
};

use attune_store::{Store, media::Recording};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::{io::AsyncWriteExt, runtime::Handle, task::spawn_blocking};
use tokio_util::io::ReaderStream;

use crate::{answer::Answer, failure::Failure};

/// Bytes that wait between the disk and the network.
const BUFFER: usize = 256 * 1024;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Whole,
    Some(Range<u64>),
    /// A part behind the end.
    None,
}

/// The recording with this hash, by what the request asks for.
pub async fn answer(store: &Store, hash: &str, kind: &'static str, asked: &HeaderMap) -> Answer {
    if is_for_a_page_of_its_own(asked) {
        return Err(Failure::PlayedInTheRoom);
    }
    let (media, hash) = (store.media(), hash.to_owned());
    let opened = spawn_blocking(move || media.open(&hash)).await;
    let recording = opened.map_err(Failure::internal)??;
    let length = recording.len();
    let range = asked.get(header::RANGE).map(HeaderValue::to_str);
    let part = match range {
        Some(Ok(range)) => part_of(range, length),
        _ => Part::Whole,
    };
    let (status, range) = match part {
        Part::Whole => (StatusCode::OK, 0..length),
        Part::Some(range) => (StatusCode::PARTIAL_CONTENT, range),
        Part::None => {
            let range = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, range).into_response());
        }
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (
            header::CONTENT_LENGTH,
            (range.end - range.start).to_string(),
        ),
    ];
    let told = format!(
        "bytes {}-{}/{length}",
        range.start,
        range.end.saturating_sub(1)
    );
    let mut response: Response = (status, headers, body(recording, range)).into_response();
    if status == StatusCode::PARTIAL_CONTENT {
        let told = HeaderValue::try_from(told).map_err(Failure::internal)?;
        response.headers_mut().insert(header::CONTENT_RANGE, told);
    }
    Ok(response)
}

/// Whether a browser says that it would show this by itself, in a tab or a frame, where it is saved by a
/// click. Players and our scripts ask as `video` and `empty`; who says nothing is no browser of today.
fn is_for_a_page_of_its_own(asked: &HeaderMap) -> bool {
    let dest = asked.get("sec-fetch-dest").map(HeaderValue::as_bytes);
    dest.is_some_and(|dest| ![&b"video"[..], b"audio", b"empty"].contains(&dest))
}

/// Sends a part while it is read. A player that goes away ends the reading; a piece that does not open
/// ends the answer early, which a player sees.
fn body(mut recording: Recording, range: Range<u64>) -> Body {
    let (mut to, from) = tokio::io::duplex(BUFFER);
    let runtime = Handle::current();
    spawn_blocking(move || {
        let mut rest = range.end - range.start;
        let mut buffer = vec![0; 64 * 1024];
        let mut send = || -> std::io::Result<()> {
            recording.seek(SeekFrom::Start(range.start))?;
            while rest > 0 {
                let most = usize::try_from(rest)
                    .unwrap_or(usize::MAX)
                    .min(buffer.len());
                let n = recording.read(&mut buffer[..most])?;
                if n == 0 {
                    break;
                }
                rest -= n as u64;
                runtime.block_on(to.write_all(&buffer[..n]))?;
            }
            Ok(())
        };
        match send() {
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                tracing::error!(%error, "a recording cannot be played");
            }
            // Whoever watched has gone.
            _ => {}
        }
    });
    Body::from_stream(ReaderStream::with_capacity(from, BUFFER))
}

/// The part that a `Range` asks for. Several parts at once, and what is no range of bytes, are answered
/// with the whole.
fn part_of(range: &str, length: u64) -> Part {
    let Some((first, last)) = range
        .strip_prefix("bytes=")
        .filter(|range| !range.contains(','))
        .and_then(|range| range.trim().split_once('-'))
    else {
        return Part::Whole;
    };
    match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), _) if first >= length => Part::None,
        (Ok(first), Ok(last)) if last >= first => {
            Part::Some(first..last.saturating_add(1).min(length))
        }
        (Ok(first), Err(_)) if last.is_empty() => Part::Some(first..length),
        (Err(_), Ok(0)) if first.is_empty() => Part::None,
        (Err(_), Ok(n)) if first.is_empty() && length > 0 => {
            Part::Some(length.saturating_sub(n)..length)
        }
        _ => Part::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, part_of};

    #[test]
    fn parts_are_what_players_ask_for() {
        let check = |range: &str, length, expected| {
            assert_eq!(part_of(range, length), expected, "{range} of {length}");
        };
        check("bytes=0-", 100, Part::Some(0..100));
        check("bytes=0-0", 100, Part::Some(0..1));
        check("bytes=90-200", 100, Part::Some(90..100));
        check("bytes=-10", 100, Part::Some(90..100));
        check("bytes=-1000", 100, Part::Some(0..100));
        check("bytes=100-", 100, Part::None);
        check("bytes=-0", 100, Part::None);
        check("bytes=0-", 0, Part::None);
        check("bytes=5-4", 100, Part::Whole);
        check("bytes=0-1,5-6", 100, Part::Whole);
        check("seconds=1-2", 100, Part::Whole);
        check("bytes=x-y", 100, Part::Whole);
    }
}
