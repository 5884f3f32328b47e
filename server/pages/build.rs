//! Turns what lies in `web/` into code: each English message into a typed function, with every other language checked
//! against it, and styles and scripts into embedded bytes with their compressed form. Deliberately not here: the
//! templates, which askama compiles where they are named.

#[path = "build/assets.rs"]
mod assets;
#[path = "build/messages.rs"]
mod messages;

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let crate_folder = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let web = crate_folder.join("../../web").canonicalize()?;
    for watched in ["locales", "styles", "scripts", "content"] {
        println!("cargo::rerun-if-changed={}", web.join(watched).display());
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    std::fs::write(out.join("messages.rs"), messages::generate(&web.join("locales"))?)?;
    std::fs::write(out.join("assets.rs"), assets::generate(&web, &out)?)?;
    Ok(())
}
