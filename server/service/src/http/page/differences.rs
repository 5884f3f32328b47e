//! What changed between two revisions, as a page. Both sides read the same of it, and of its author nothing (R17).

use std::collections::BTreeMap;

use actix_web::{HttpRequest, web};
use domain::difference::{Difference, Piece, between};
use domain::ids::DisputeId;
use domain::language::RecordLanguage;
use domain::party::Sides;
use domain::terms::Term;
use pages::differences::{ChangedLine, DifferenceLine, Differences, PieceLine};
use pages::terms::TermLine;

use super::frame::{Answer, Visit, asked};
use super::terms::{both_names, lines, own_first};
use crate::acts::agreements;
use crate::http::body::id;
use crate::refused::Refused;

/// How a page names the sides and orders the languages of a promise.
pub struct Naming {
    pub names: Sides<String>,
    /// The tags of the languages that come first.
    pub first: Vec<String>,
}

impl Naming {
    /// A promise.
    pub fn term(&self, term: &Term) -> TermLine {
        let shown = lines(std::slice::from_ref(term), &self.names, &self.first);
        shown.into_iter().next().unwrap_or_default()
    }

    fn line(&self, difference: &Difference) -> DifferenceLine {
        match difference {
            Difference::Same { term, .. } => DifferenceLine::Same(self.term(term)),
            Difference::New { term, .. } => DifferenceLine::New(self.term(term)),
            Difference::Gone { term, .. } => DifferenceLine::Gone(self.term(term)),
            Difference::Changed { before, after, texts, .. } => {
                DifferenceLine::Changed(self.changed(before, after, texts))
            }
        }
    }

    /// A promise that changed.
    pub fn changed(
        &self,
        before: &Term,
        after: &Term,
        texts: &BTreeMap<RecordLanguage, Vec<Piece>>,
    ) -> ChangedLine {
        let text = |(language, pieces): (&RecordLanguage, &Vec<Piece>)| {
            (language.tag().to_owned(), pieces.iter().map(piece).collect())
        };
        let mut texts: Vec<(String, Vec<PieceLine>)> = texts.iter().map(text).collect();
        let place = |tag: &str| self.first.iter().position(|one| one == tag).unwrap_or(self.first.len());
        texts.sort_by_key(|(tag, _)| place(tag));
        ChangedLine { now: self.term(after), before: self.term(before), texts }
    }
}

fn piece(piece: &Piece) -> PieceLine {
    let (fate, text) = match piece {
        Piece::Kept(text) => ("kept", text),
        Piece::Gone(text) => ("gone", text),
        Piece::New(text) => ("new", text),
    };
    PieceLine { fate, text: text.clone() }
}

async fn show(request: HttpRequest, visit: Visit, path: web::Path<String>) -> Answer {
    visit.signed_in()?;
    let dispute: DisputeId = id(&path)?;
    let number = |field| asked(&request, field).and_then(|text| text.parse::<u32>().ok());
    let (from, to) = (number("from"), number("to"));
    let page = visit.read(move |tx, doing| {
        let (shown, _) = agreements::revision(tx, doing, dispute, 0)?;
        let last = shown.seen.dispute.agreement.number();
        // Without numbers: what the last one changed.
        let to = to.unwrap_or(last);
        let from = from.unwrap_or(to.saturating_sub(1));
        if last == 0 || to == 0 {
            return Err(Refused::Absent);
        }
        let (_, before) = agreements::revision(tx, doing, dispute, from)?;
        let (_, after) = agreements::revision(tx, doing, dispute, to)?;
        let naming = Naming { names: both_names(&shown.names), first: own_first(&shown) };
        let lines = between(&before, &after).iter().map(|difference| naming.line(difference)).collect();
        Ok(Differences { id: dispute.to_string(), from, to, last, lines })
    });
    let page = page.await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes.service(web::resource("/disputes/{id}/agreement/differences").route(web::get().to(show)));
}
