//! What stands round every page: skip link, banner of the demo, header, language switch, *Leave this page*, footer.
//! Deliberately not here: what a page is about, and who is signed in.

use crate::assets::asset_url;
use crate::form::Part;
use crate::words::{Escaped, Said, Words};
use domain::language::Language;
use domain::time::{Day, Moment};

/// The house that administers the mediation, as every page names it.
#[derive(Debug, Clone, Default)]
pub struct Institution {
    /// Its name.
    pub name: String,
    /// Its published telephone number.
    pub phone: String,
    /// Its published postal address, on one line.
    pub address: String,
    /// The number to call in danger.
    pub emergency_number: String,
}

/// What every page knows besides its own subject.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// Path and query of this page, such as `/audit?from=2026-01-01`: the language switch comes back to it.
    pub here: String,
    /// The token that every form posts as `csrf`.
    pub csrf: String,
    /// The house.
    pub institution: Institution,
    /// The name of whoever is signed in.
    pub signed_in_as: Option<String>,
    /// The roles of the house that they hold: `registrar`, `mediator`, `auditor`.
    pub roles: Vec<String>,
    /// Whether this is the demo, which says so above every page.
    pub is_demo: bool,
    /// The code of what has just been done (`notice-…` in `frame.ftl`), shown once above the page.
    pub notice: Option<String>,
}

/// One language of the switch.
pub struct LanguageLink {
    /// Its tag.
    pub tag: &'static str,
    /// What its speakers call it.
    pub name: &'static str,
    /// Which way it runs.
    pub dir: &'static str,
    /// This page in that language.
    pub url: String,
    /// Whether the page already speaks it.
    pub is_current: bool,
}

impl Frame {
    /// The hidden field that every form carries.
    pub fn token(&self) -> Part {
        Part(format!("<input type=\"hidden\" name=\"csrf\" value=\"{}\">", Escaped(&self.csrf)))
    }

    /// The address of a style sheet or script.
    pub fn asset(&self, name: &str) -> String {
        asset_url(name)
    }

    /// Whether whoever is signed in holds this role of the house.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|held| held == role)
    }

    /// The language switch: this page, with `lang` set.
    pub fn languages(&self, w: &Words) -> Vec<LanguageLink> {
        let (path, query) = self.here.split_once('?').unwrap_or((&self.here, ""));
        let kept: Vec<_> =
            query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang=")).collect();
        let link = |language: Language| {
            let own = format!("lang={}", language.tag());
            let query = kept.iter().copied().chain([own.as_str()]).collect::<Vec<_>>().join("&");
            LanguageLink {
                tag: language.tag(),
                name: language.endonym(),
                dir: language.direction().as_str(),
                url: format!("{path}?{query}"),
                is_current: language == w.language(),
            }
        };
        Language::ALL.into_iter().map(link).collect()
    }
}

/// A path as the value of a query's field, or of a cookie: nothing in it means anything to either.
pub fn in_query(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

impl Words {
    /// What a channel is called; `with` is the party's name in a private meeting, for the mediator.
    pub fn channel(&self, name: &str, with: &str) -> Said {
        match name {
            "joint" => self.room_channel_joint(),
            "notes" | "notes-co-mediator" => self.room_channel_notes(),
            _ if with.is_empty() => self.room_channel_caucus(),
            _ => self.room_channel_caucus_with(with),
        }
    }

    /// A day as a `time` element.
    pub fn day(&self, day: &Day) -> Part {
        Part(format!("<time datetime=\"{day}\">{}</time>", Escaped(&self.day_text(*day))))
    }

    /// A moment as a `time` element, to the minute.
    pub fn moment(&self, moment: &Moment) -> Part {
        Part(format!("<time datetime=\"{moment}\">{}</time>", Escaped(&self.moment_text(*moment))))
    }
}

/// Gives a page its `render`, from the template that is named; in it `w` is the words, `f` the frame, `p` the page.
macro_rules! page {
    ($page:ident, $path:tt) => {
        const _: () = {
            #[derive(askama::Template)]
            #[template(path = $path)]
            struct View<'a> {
                w: &'a crate::words::Words,
                f: &'a crate::frame::Frame,
                p: &'a $page,
            }

            impl $page {
                /// The page as a whole HTML document.
                pub fn render(&self, w: &crate::words::Words, f: &crate::frame::Frame) -> String {
                    let view = View { w, f, p: self };
                    let _: &$page = view.p;
                    crate::form::Part::of(&view).to_string()
                }
            }
        };
    };
}
pub(crate) use page;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_a_query_stays_whole() {
        assert_eq!(in_query("/rooms/1?channel=joint&offer=new"), "/rooms/1%3Fchannel%3Djoint%26offer%3Dnew");
        assert_eq!(in_query("/a;b\"é"), "/a%3Bb%22%C3%A9");
    }

    #[test]
    fn the_language_switch_keeps_the_rest_of_the_address() {
        let frame =
            Frame { here: "/audit?from=2026-01-01&lang=en&state=sealed".to_owned(), ..Frame::default() };
        let urls: Vec<_> =
            frame.languages(&Words::new(Language::English)).into_iter().map(|link| link.url).collect();
        assert_eq!(urls.get(1).map(String::as_str), Some("/audit?from=2026-01-01&state=sealed&lang=bn"));
    }
}
