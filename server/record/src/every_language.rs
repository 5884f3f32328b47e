//! A record in each language in which one is printed, and in pairs of scripts that have little in common. Compiled for tests
//! alone.

use domain::language::RecordLanguage::{self, Bangla, Chinese, English, Khmer, Sinhala, Tamil, Thai, Urdu};

use crate::contents::{Contents, Version};
use crate::face::of_settlement;
use crate::keys::KeySet;
use crate::pdf::tests::off_the_page;
use crate::samples::{co_mediated, key, represented, settlement};
use crate::seal::seal;
use crate::verify::{Verdict, verify};

#[test]
fn r25_a_record_in_each_language_is_sealed_and_proven() {
    let key = key();
    let keys = KeySet::of(&[&key]);
    for language in RecordLanguage::ALL {
        let sealed = seal(settlement(&[language]), &key).expect("a record");
        for file in [sealed.pdf.as_slice(), sealed.jws.as_bytes()] {
            let found = verify(file, &keys);
            assert!(
                matches!(found, Verdict::Valid { digest, .. } if digest == sealed.digest),
                "{language}: {found:?}"
            );
        }
        let read = Contents::from_canonical(&sealed.json).expect("contents");
        assert_eq!(read.languages, [language]);
        assert_eq!(read.version == Version::Four, !language.is_of_pages(), "{language}");
        let tag = format!("\"languages\":[\"{language}\"]");
        assert!(String::from_utf8_lossy(&sealed.json).contains(&tag), "{language}");
    }
}

#[test]
fn a_record_in_any_two_languages_keeps_within_its_margins() {
    let all = RecordLanguage::ALL.as_slice();
    for languages in
        [all, &[Khmer, Urdu], &[Urdu, Chinese], &[Chinese, Thai], &[Tamil, Sinhala], &[Bangla, Khmer]]
    {
        let mut contents = represented(languages);
        // Names in scripts that are written without spaces, on pages of every language.
        contents.parties[1].name = "สมชายใจดีมีสุขเจริญพรวัฒนาไพศาลสกุลวงศ์".into();
        contents.signatures[1].name = contents.parties[1].name.clone();
        contents.mediator.name = "ស្រីស្រស់សុភាពរាបសារអ្នកសម្រុះសម្រួលជាន់ខ្ពស់".into();
        contents.institution.name = "欧阳调解中心 สถาบันไกล่เกลี่ยข้อพิพาทระหว่างประเทศแห่งเอเชีย".into();
        let contents = contents.checked().expect("a record");
        let digest = contents.agreement.digest;
        let face = of_settlement(&contents, digest, key().kid());
        assert_eq!(off_the_page(&face), Vec::<String>::new(), "{languages:?}");
    }
}

#[test]
fn a_record_that_needs_a_new_language_is_of_version_4_whoever_mediated_and_signed() {
    for contents in
        [settlement(&[English, Thai]), co_mediated(&[English, Thai]), represented(&[English, Thai])]
    {
        let checked = contents.checked().expect("a record");
        let json = String::from_utf8(checked.canonical().expect("bytes")).expect("text");
        assert!(json.ends_with("\"version\":4}"), "{json}");
        assert_eq!(Contents::from_canonical(json.as_bytes()).as_ref(), Some(&checked));
        for other in [1, 2, 3, 5] {
            let other = json.replace("\"version\":4", &format!("\"version\":{other}"));
            assert_eq!(Contents::from_canonical(other.as_bytes()), None, "{other}");
        }
    }
    let unsaid = Contents { version: Version::Four, ..settlement(&[English, Bangla, Urdu]) };
    assert_eq!(unsaid.checked(), Err(crate::fit::Unfit::Version));
}
