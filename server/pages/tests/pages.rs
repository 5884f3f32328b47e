//! Every page in every language: it renders whole, carries its frame, and posts with a token.

#[path = "../examples/gallery/samples.rs"]
mod samples;

use domain::language::Language;
use pages::words::Words;

#[test]
fn every_page_renders_in_every_language_with_its_frame() {
    for language in Language::ALL {
        let pages = samples::every_page(&Words::new(language));
        assert!(pages.len() > 70, "{}", pages.len());
        for (name, html) in pages {
            let opening =
                format!("<html lang=\"{}\" dir=\"{}\">", language.tag(), language.direction().as_str());
            assert!(html.contains(&opening) && html.trim_end().ends_with("</html>"), "{language} {name}");
            assert_eq!(html.matches("<h1").count(), 1, "{language} {name}: one heading");
            if name != "exit" {
                assert!(
                    html.contains("action=\"/exit\"") && html.contains("hreflang=\"ur\""),
                    "{language} {name}"
                );
            }
        }
    }
}

#[test]
fn every_form_that_posts_carries_the_token() {
    for (name, html) in samples::every_page(&Words::new(Language::English)) {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or("");
            if form.contains("method=\"post\"") {
                assert!(form.contains("name=\"csrf\" value=\"token\""), "{name}: {form}");
            }
        }
    }
}

#[test]
fn no_page_says_a_code_instead_of_words() {
    for (name, html) in samples::every_page(&Words::new(Language::Bangla)) {
        // English stands in on a page in Bangla only where a code has no words, and in the wizard's lines in English.
        let stand_ins: Vec<_> = html.match_indices("<span lang=\"en\" dir=\"ltr\">").collect();
        assert!(stand_ins.len() <= usize::from(name == "demo"), "{name}: {stand_ins:?}");
    }
}

#[test]
fn labels_and_errors_point_at_fields_that_are_there() {
    for (name, html) in samples::every_page(&Words::new(Language::English)) {
        for attribute in ["for=\"", "href=\"#"] {
            for part in html.split(attribute).skip(1) {
                let id = part.split('"').next().unwrap_or("");
                assert!(html.contains(&format!("id=\"{id}\"")), "{name}: {attribute}{id}");
            }
        }
        let mut ids: Vec<_> =
            html.split(" id=\"").skip(1).filter_map(|part| part.split('"').next()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name}: an id stands twice");
    }
}

#[test]
fn nothing_is_loaded_from_elsewhere_and_no_script_or_style_stands_in_a_page() {
    for (name, html) in samples::every_page(&Words::new(Language::English)) {
        assert!(
            !html.contains("style=\"") && !html.contains("<style") && !html.contains(" onclick"),
            "{name}"
        );
        assert!(
            !html.contains("src=\"http") && !html.contains("<link rel=\"stylesheet\" href=\"http"),
            "{name}"
        );
    }
}
