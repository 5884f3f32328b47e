//! Every stable word of the domain that a page shows has its words in every language that owes them.

use domain::language::Language;
use pages::words::Words;

fn lacks(language: Language, family: &str, codes: &[&str]) -> Vec<String> {
    let w = Words::new(language);
    let is_said = |id: &String| w.by_id(id).is_some_and(|said| !said.to_string().contains("lang=\"en\""));
    codes.iter().map(|code| format!("{family}-{code}")).filter(|id| !is_said(id)).collect()
}

fn codes<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|one| word(*one)).collect()
}

#[test]
fn every_refusal_has_its_text_in_every_language() {
    use domain::bid::{BidRefusal, BidState};
    use domain::caucus::CaucusRefusal;
    use domain::dispute::Refusal;
    use domain::offer::OfferRefusal;
    use domain::proposal::{ProposalRefusal, ProposalState};
    use domain::share::ShareRefusal;
    use domain::suggestion::SuggestionRefusal;
    use domain::summary::SummaryRefusal;
    use domain::timer::TimerRefusal;
    for language in Language::ALL {
        assert_eq!(lacks(language, "problem", &codes(Refusal::ALL, Refusal::code)), Vec::<String>::new());
        assert_eq!(
            lacks(language, "problem", &codes(OfferRefusal::ALL, OfferRefusal::as_str)),
            Vec::<String>::new()
        );
        let secret = [
            lacks(language, "problem", &codes(BidRefusal::ALL, BidRefusal::as_str)),
            lacks(language, "problem", &codes(ProposalRefusal::ALL, ProposalRefusal::as_str)),
            lacks(language, "bid-state", &codes(BidState::ALL, BidState::as_str)),
            lacks(language, "proposal-state", &codes(ProposalState::ALL, ProposalState::as_str)),
        ];
        assert_eq!(secret.concat(), Vec::<String>::new(), "{language}");
        assert_eq!(
            lacks(language, "problem", &codes(ShareRefusal::ALL, ShareRefusal::as_str)),
            Vec::<String>::new()
        );
        let leading = [
            lacks(language, "problem", &codes(CaucusRefusal::ALL, CaucusRefusal::as_str)),
            lacks(language, "problem", &codes(TimerRefusal::ALL, TimerRefusal::as_str)),
            lacks(language, "problem", &codes(SummaryRefusal::ALL, SummaryRefusal::as_str)),
        ];
        assert_eq!(leading.concat(), Vec::<String>::new(), "{language}");
        let keeping = codes(domain::keeping::KeepingRefusal::ALL, domain::keeping::KeepingRefusal::as_str);
        assert_eq!(lacks(language, "problem", &keeping), Vec::<String>::new());
        let passkeys = codes(domain::passkey::PasskeyRefusal::ALL, domain::passkey::PasskeyRefusal::as_str);
        assert_eq!(lacks(language, "problem", &passkeys), Vec::<String>::new());
        use domain::certification::CertificationRefusal;
        let certifying = codes(CertificationRefusal::ALL, CertificationRefusal::as_str);
        assert_eq!(lacks(language, "problem", &certifying), Vec::<String>::new());
        let suggestions = codes(SuggestionRefusal::ALL, SuggestionRefusal::as_str);
        assert_eq!(lacks(language, "problem", &suggestions), Vec::<String>::new());
    }
}

#[test]
fn every_closed_list_has_its_words() {
    use domain::accommodation::Need;
    use domain::assignment::Reason;
    use domain::category::Category;
    use domain::certification::Capacity;
    use domain::dispute::StageName;
    use domain::invitation::Concern;
    use domain::offer::OfferState;
    use domain::room::Signal;
    use domain::settlement::{DeliveryChoice, DeliveryState, Fault, FindingKind, Noted};
    for language in [Language::English, Language::Bangla] {
        let missing = [
            lacks(language, "match", &codes(Reason::ALL, Reason::as_str)),
            lacks(language, "stage", &codes(StageName::ALL, StageName::as_str)),
            lacks(language, "category", &codes(Category::ALL, Category::as_str)),
            lacks(language, "need", &codes(Need::ALL, Need::as_str)),
            lacks(language, "alarm", &codes(Concern::ALL, Concern::as_str)),
            lacks(language, "alarm", &codes(Signal::ALL, Signal::as_str)),
            lacks(language, "offer-state", &codes(OfferState::ALL, OfferState::as_str)),
            lacks(language, "delivery-by", &codes(DeliveryChoice::ALL, DeliveryChoice::as_str)),
            lacks(language, "capacity", &codes(Capacity::ALL, Capacity::as_str)),
            lacks(language, "fault", &codes(Fault::ALL, Fault::as_str)),
            lacks(language, "finding", &codes(FindingKind::ALL, FindingKind::as_str)),
            lacks(language, "noted", &codes(Noted::ALL, Noted::as_str)),
            lacks(language, "delivery-state", &codes(DeliveryState::ALL, DeliveryState::as_str)),
        ];
        assert_eq!(missing.concat(), Vec::<String>::new(), "{language}");
    }
}

#[test]
fn every_language_of_a_record_has_its_name_in_every_language_of_the_pages() {
    let tags = domain::language::RecordLanguage::ALL.map(|language| language.tag().to_ascii_lowercase());
    let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    for language in Language::ALL {
        assert_eq!(lacks(language, "language", &tags), Vec::<String>::new(), "{language}");
    }
}

#[test]
fn r21_every_flag_has_its_words_in_every_language() {
    use domain::flag::Flag;
    for language in Language::ALL {
        assert_eq!(
            lacks(language, "flag", &codes(Flag::ALL, Flag::as_str)),
            Vec::<String>::new(),
            "{language}"
        );
    }
}
