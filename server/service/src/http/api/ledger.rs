//! The ledger over the API, to anybody: signed heads, entries, proofs, and the cosignatures of witnesses. Digests alone;
//! each answer is one page. Deliberately not here: what an entry speaks of.

use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use record::ledger::leaf_hash;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use crate::acts::ledger_views::{self, Proof};
use crate::acts::{By, ledger};
use crate::http::body::{Body, PAGE_ITEMS_MAX, Page, query};
use crate::http::origin::client_address;
use crate::limits::{Limit, network_of};
use crate::refused::Refused;
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(
    show_checkpoint,
    list_checkpoints,
    list_entries,
    prove_inclusion,
    prove_consistency,
    add_cosignature
))]
pub struct Doc;

/// How many signed heads a page holds at most: each may carry the lines of many witnesses.
const HEADS_MAX: usize = 50;
/// What is asked for by a size does not change any more: a proof, a whole page of entries.
const FOR_EVER: (&str, &str) = ("cache-control", "public, max-age=31536000, immutable");
/// What grows.
const FOR_A_MOMENT: (&str, &str) = ("cache-control", "public, max-age=10");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sized {
    size: Option<u64>,
}

/// The newest signed head: a C2SP checkpoint under the ledger's key, with the lines of witnesses. With `size`, the head
/// that was signed over so many entries. The keys are at `/.well-known/ledger.vkeys`.
#[utoipa::path(get, path = "/api/v1/ledger/checkpoint", tag = "ledger", params(("size" = Option<u64>, Query)),
    responses((status = 200, content_type = "text/plain", body = String), (status = 404), (status = 422)))]
async fn show_checkpoint(request: HttpRequest, state: web::Data<AppState>) -> Result<HttpResponse, Refused> {
    let Sized { size } = query(&request)?;
    let note = state.desk.read(move |tx| ledger_views::head(tx, size)).await?;
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").insert_header(FOR_A_MOMENT).body(note))
}

#[derive(Serialize, ToSchema)]
struct Checkpoints {
    items: Vec<CheckpointItem>,
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct CheckpointItem {
    /// How many entries it covers.
    size: u64,
    /// The signed note, with the lines of witnesses.
    note: String,
}

/// Every signed head, the smallest first; at most 50 a page.
#[utoipa::path(get, path = "/api/v1/ledger/checkpoints", tag = "ledger",
    params(("after" = Option<u64>, Query), ("limit" = Option<u32>, Query)),
    responses((status = 200, body = Checkpoints), (status = 422)))]
async fn list_checkpoints(state: web::Data<AppState>, page: Page) -> Result<HttpResponse, Refused> {
    let after: u64 = match page.after {
        Some(after) => after.parse().map_err(|_| Refused::field("after", "wrong-type"))?,
        None => 0,
    };
    let limit = page.limit.min(HEADS_MAX);
    let at_most = i64::try_from(limit).unwrap_or(50);
    let found = state.desk.read(move |tx| ledger_views::heads(tx, after, at_most)).await?;
    let is_full = found.len() == limit;
    let mut items = Vec::with_capacity(found.len());
    for (head, note) in found {
        items.push(CheckpointItem { size: ledger::count(head.size)?, note });
    }
    let next = items.last().map(|last| last.size.to_string()).filter(|_| is_full);
    Ok(HttpResponse::Ok().insert_header(FOR_A_MOMENT).json(Checkpoints { items, next }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Range {
    from: Option<u64>,
    to: Option<u64>,
}

#[derive(Serialize, ToSchema)]
struct Entries {
    items: Vec<EntryItem>,
    /// Where the list goes on; nothing at the end of what was asked for or is published.
    next: Option<u64>,
}

#[derive(Serialize, ToSchema)]
struct EntryItem {
    index: u64,
    /// The text that is hashed: `{"digest":"sha256:…","kind":"record"}`, or `certificate`, `seal-key`, `ledger-key`.
    leaf: String,
}

/// The entries from one number up to another, that one excepted; at most 500 a page. What no signed head covers yet is
/// not there.
#[utoipa::path(get, path = "/api/v1/ledger/entries", tag = "ledger",
    params(("from" = Option<u64>, Query), ("to" = Option<u64>, Query)),
    responses((status = 200, body = Entries), (status = 422)))]
async fn list_entries(request: HttpRequest, state: web::Data<AppState>) -> Result<HttpResponse, Refused> {
    let Range { from, to } = query(&request)?;
    let (from, to) = (from.unwrap_or(0), to.unwrap_or(u64::MAX));
    let limit = u64::try_from(PAGE_ITEMS_MAX).unwrap_or(500);
    let (found, published) = state
        .desk
        .read(move |tx| Ok((ledger_views::entries(tx, from, to, limit)?, ledger_views::published_size(tx)?)))
        .await?;
    let mut items = Vec::with_capacity(found.len());
    for entry in found {
        items.push(EntryItem { index: ledger::count(entry.number)?, leaf: entry.leaf });
    }
    let end = items.last().map_or(from, |last| last.index.saturating_add(1));
    let next = Some(end).filter(|end| *end < to.min(published));
    let kept = if items.is_empty() || (end < to && next.is_none()) { FOR_A_MOMENT } else { FOR_EVER };
    Ok(HttpResponse::Ok().insert_header(kept).json(Entries { items, next }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    index: u64,
    size: u64,
}

#[derive(Serialize, ToSchema)]
struct InclusionShown {
    index: u64,
    size: u64,
    /// The leaf's hash, in Base64.
    leaf_hash: String,
    /// The proof's hashes from the leaf upwards, in Base64.
    hashes: Vec<String>,
}

fn written(proof: &Proof) -> Vec<String> {
    proof.hashes.iter().map(|hash| STANDARD.encode(hash)).collect()
}

/// The proof that an entry stands in the tree of that size (RFC 6962, section 2.1.1).
#[utoipa::path(get, path = "/api/v1/ledger/proofs/inclusion", tag = "ledger",
    params(("index" = u64, Query), ("size" = u64, Query)),
    responses((status = 200, body = InclusionShown), (status = 422)))]
async fn prove_inclusion(request: HttpRequest, state: web::Data<AppState>) -> Result<HttpResponse, Refused> {
    let Place { index, size } = query(&request)?;
    let proof = state.desk.read(move |tx| ledger_views::inclusion(tx, index, size)).await?;
    let leaf_hash = STANDARD.encode(leaf_hash(proof.leaf.as_deref().unwrap_or_default().as_bytes()));
    let shown = InclusionShown { index, size, leaf_hash, hashes: written(&proof) };
    Ok(HttpResponse::Ok().insert_header(FOR_EVER).json(shown))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sizes {
    from: u64,
    to: u64,
}

#[derive(Serialize, ToSchema)]
struct ConsistencyShown {
    from: u64,
    to: u64,
    /// The proof's hashes, in Base64.
    hashes: Vec<String>,
}

/// The proof that the tree of size `to` begins with all of the tree of size `from` (RFC 6962, section 2.1.2).
#[utoipa::path(get, path = "/api/v1/ledger/proofs/consistency", tag = "ledger",
    params(("from" = u64, Query), ("to" = u64, Query)),
    responses((status = 200, body = ConsistencyShown), (status = 422)))]
async fn prove_consistency(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Refused> {
    let Sizes { from, to } = query(&request)?;
    let proof = state.desk.read(move |tx| ledger_views::consistency(tx, from, to)).await?;
    let shown = ConsistencyShown { from, to, hashes: written(&proof) };
    Ok(HttpResponse::Ok().insert_header(FOR_EVER).json(shown))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Cosigned {
    /// A head of this ledger with the lines of witnesses under it (C2SP tlog-cosignature, Ed25519).
    note: String,
}

#[derive(Serialize, ToSchema)]
struct CosignedShown {
    /// The head with all lines that it has now.
    note: String,
}

/// Adds what a witness signed to a head. The witnesses are a setting; a line of anybody else counts for nothing.
#[utoipa::path(post, path = "/api/v1/ledger/cosignatures", tag = "ledger", request_body = Cosigned,
    responses((status = 201, body = CosignedShown), (status = 404), (status = 422), (status = 429)))]
async fn add_cosignature(
    request: HttpRequest,
    state: web::Data<AppState>,
    body: Body<Cosigned>,
) -> Result<HttpResponse, Refused> {
    let address = network_of(client_address(&request, &state.config.trusted_proxies));
    let too_much = |retry_after| Refused::TooMuch { retry_after };
    state.limits.take(Limit::Cosignatures, address, state.clock.now()).map_err(too_much)?;
    let given = ledger::read_cosigned(&state.config.ledger.witnesses, &body.value.note)?;
    let note = state.desk.write(By::Visitor, move |tx, _| ledger::cosign(tx, &given)).await?;
    Ok(HttpResponse::Created().json(CosignedShown { note }))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/ledger/checkpoint").route(web::get().to(show_checkpoint)))
        .service(web::resource("/ledger/checkpoints").route(web::get().to(list_checkpoints)))
        .service(web::resource("/ledger/entries").route(web::get().to(list_entries)))
        .service(web::resource("/ledger/proofs/inclusion").route(web::get().to(prove_inclusion)))
        .service(web::resource("/ledger/proofs/consistency").route(web::get().to(prove_consistency)))
        .service(web::resource("/ledger/cosignatures").route(web::post().to(add_cosignature)));
}
