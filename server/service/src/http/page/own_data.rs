//! What a party takes home of its own, as a file to save.

use actix_web::http::header::ContentDisposition;
use actix_web::{HttpResponse, web};
use domain::ids::DisputeId;

use super::frame::{Answer, Visit};
use crate::acts::own_data;
use crate::http::body::id;
use crate::http::json::own_data::OwnDataJson;

async fn save(visit: Visit, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    visit.signed_in()?;
    let own = visit.write(move |tx, doing| own_data::collect(tx, doing, dispute)).await?;
    // The name says nothing of what is in it: the folder of downloads may be read by others (R18).
    let name = ContentDisposition::attachment("own-data.json");
    Ok(HttpResponse::Ok().insert_header(name).json(OwnDataJson::from(&own)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes.service(web::resource("/disputes/{id}/own-data").route(web::get().to(save)));
}
