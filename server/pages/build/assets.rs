//! Gathers styles and scripts, compresses each, and names their folder by what they hold, so that a browser may keep
//! them for ever and relative imports between scripts go on working.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The style sheets in the order in which they override each other; together they are `site.css`.
const STYLES: &[&str] = &["base", "frame", "forms", "parts", "room", "print"];

/// The source of the table of assets: name, content type, bytes, compressed bytes.
pub fn generate(web: &Path, out: &Path) -> Result<String, Box<dyn Error>> {
    let mut assets = vec![("site.css".to_owned(), "text/css; charset=utf-8", styles(web)?)];
    for script in scripts(&web.join("scripts"))? {
        let name = script.strip_prefix(web.join("scripts"))?.to_string_lossy().into_owned();
        assets.push((name, "text/javascript; charset=utf-8", fs::read(&script)?));
    }
    assets.sort();
    let mut hasher = DefaultHasher::new();
    assets.hash(&mut hasher);
    let mut source =
        format!("const FOLDER: &str = \"{:016x}\";\nconst ASSETS: &[Asset] = &[\n", hasher.finish());
    for (number, (name, content_type, bytes)) in assets.iter().enumerate() {
        let (plain, packed) = (out.join(format!("asset-{number}")), out.join(format!("asset-{number}.br")));
        fs::write(&plain, bytes)?;
        fs::write(&packed, compress(bytes)?)?;
        writeln!(
            source,
            "    Asset {{ name: {name:?}, content_type: {content_type:?}, bytes: include_bytes!({:?}), brotli: include_bytes!({:?}) }},",
            plain.display().to_string(),
            packed.display().to_string()
        )?;
    }
    source.push_str("];\n");
    Ok(source)
}

fn styles(web: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut sheet = Vec::new();
    for area in STYLES {
        sheet.extend(fs::read(web.join("styles").join(format!("{area}.css")))?);
    }
    Ok(sheet)
}

fn scripts(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(scripts(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "js") {
            found.push(path);
        }
    }
    Ok(found)
}

fn compress(bytes: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 4096, 11, 22);
    writer.write_all(bytes)?;
    writer.flush()?;
    Ok(writer.into_inner())
}
