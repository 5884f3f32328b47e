//! Writes every page, filled with samples, into a folder, once in each language: to be looked at in a browser.
//! `cargo run -p pages --example gallery -- FOLDER`

mod samples;

use domain::language::Language;
use pages::words::Words;
use std::fs;
use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "gallery".to_owned()));
    for language in Language::ALL {
        let place = folder.join(language.tag());
        fs::create_dir_all(&place)?;
        for (name, html) in samples::every_page(&Words::new(language)) {
            // Pages name their assets from the root; here they lie in the folder above.
            let html = html.replace("\"/a/", "\"../a/");
            fs::write(place.join(format!("{name}.html")), html)?;
        }
    }
    for name in ["site.css", "start.js", "exit.js"] {
        let url = pages::assets::asset_url(name);
        if let Some(asset) = pages::assets::asset(url.trim_start_matches("/a/")) {
            let place = folder.join(url.trim_start_matches('/'));
            fs::create_dir_all(place.parent().unwrap_or(&folder))?;
            fs::write(place, asset.bytes)?;
        }
    }
    Ok(())
}
