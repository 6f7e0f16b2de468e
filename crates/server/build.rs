//! Takes the built page into the binary, or none where it has not been built, so that work on the
//! server alone needs no Node.

use std::io::ErrorKind;
use std::path::Path;
use std::{fs, io};

/// The table of a page without files.
const NONE: &str = "&[]\n";

fn main() -> io::Result<()> {
    let packed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/packed");
    println!("cargo::rerun-if-changed={}", packed.display());
    let table = match fs::read_to_string(packed.join("page.rs")) {
        Err(error) if error.kind() == ErrorKind::NotFound => NONE.to_owned(),
        table => table?,
    };
    let out = std::env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo names OUT_DIR"))?;
    fs::write(Path::new(&out).join("page.rs"), table)
}
