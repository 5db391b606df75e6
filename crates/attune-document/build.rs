//! Fonts are embedded when they are there. They arrive after a first build without them, so cargo
//! must look at their folder, not only at the files that were in it.

fn main() {
    println!("cargo::rerun-if-changed=assets/fonts");
    println!("cargo::rerun-if-changed=build.rs");
}
