//! The styles and scripts, embedded under a folder that is named by what they hold. Deliberately not here: serving
//! them.

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// One style sheet or script.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    name: &'static str,
    /// The bytes as they stand.
    pub bytes: &'static [u8],
    /// The bytes compressed for `Content-Encoding: br`.
    pub brotli: &'static [u8],
    /// The value of `Content-Type`.
    pub content_type: &'static str,
}

/// The asset at what follows `/a/` in an address, such as `0123456789abcdef/site.css`. It may be kept for ever.
pub fn asset(path: &str) -> Option<Asset> {
    let (folder, name) = path.split_once('/')?;
    ASSETS.iter().copied().find(|asset| folder == FOLDER && asset.name == name)
}

/// The address of an asset, such as `/a/0123456789abcdef/site.css`.
pub fn asset_url(name: &str) -> String {
    format!("/a/{FOLDER}/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_is_found_at_its_address_alone() {
        let url = asset_url("site.css");
        let found = asset(url.trim_start_matches("/a/")).expect("the style sheet");
        assert!(found.content_type.starts_with("text/css"));
        assert!(asset("0000000000000000/site.css").is_none());
        assert!(asset("site.css").is_none());
    }

    #[test]
    fn the_styles_of_the_whole_house_fit_a_slow_line() {
        let sheet = asset(asset_url("site.css").trim_start_matches("/a/")).expect("the style sheet");
        assert!(sheet.brotli.len() <= 4_600, "{} bytes", sheet.brotli.len());
    }
}
