//! The server: the web library's own, put together by hand for one reason. Of the connections that ask for a WebSocket it
//! can let go, which the library's ready-made one cannot. Deliberately not here: routes, and what a line to a room does.

use std::io;
use std::net::TcpListener;
use std::rc::Rc;
use std::time::Duration;

use actix_http::{HttpService, Request};
use actix_server::Server;
use actix_service::IntoServiceFactory as _;
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Service, ServiceFactory as _, ServiceResponse, fn_factory};
use actix_web::rt::net::TcpStream;
use actix_web::{App, Error, middleware, web};
use socket2::SockRef;
use tokio::sync::OnceCell;

use super::socket::takeover;
use super::{finish, page, routes};
use crate::state::AppState;

/// How long requests under way may take at the end.
const STOP_SECONDS: u64 = 5;
/// After how long a connection is given up whose peer takes nothing more: such a peer holds a descriptor for ever.
const PEER_PERIOD: Duration = Duration::from_secs(8);
/// How long a connection may take to close.
const CLOSE_PERIOD: Duration = Duration::from_secs(1);

/// Serves the house on that listener, from now on.
///
/// # Errors
/// Where the system does not let the listener be watched.
pub fn serve(listener: TcpListener, state: web::Data<AppState>) -> io::Result<Server> {
    let server = Server::build().disable_signals().shutdown_timeout(STOP_SECONDS);
    let ends = server.graceful_shutdown_signal();
    let service = move || {
        let (state, ends) = (state.clone(), ends.clone());
        // Of the whole application, whose routes weigh megabytes, each worker has one, for both kinds of requests.
        let made = Rc::new(OnceCell::new());
        let shared = move || {
            let (state, made) = (state.clone(), Rc::clone(&made));
            async move { made.get_or_try_init(|| application(state)).await.cloned() }
        };
        HttpService::build()
            // Without it, browsers that only might ask again would hold up the end.
            .graceful_shutdown_signal(move || {
                let ends = ends.clone();
                async move { ends.notified().await }
            })
            .client_disconnect_timeout(CLOSE_PERIOD)
            .on_connect_ext(|stream: &TcpStream, _| {
                // A platform that knows neither is slower, and keeps its own patience.
                let _ = stream.set_nodelay(true);
                let _ = SockRef::from(stream).set_tcp_user_timeout(Some(PEER_PERIOD));
            })
            .upgrade(takeover(shared.clone()))
            .h1(fn_factory(shared))
            .tcp()
    };
    Ok(server.listen("concord", listener, service)?.run())
}

/// The application that answers every request of one worker.
async fn application(
    state: web::Data<AppState>,
) -> Result<Rc<impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = Error>>, ()> {
    let all = App::new()
        .app_data(state)
        .wrap(middleware::Compress::default())
        .wrap(middleware::from_fn(page::left::after_leaving))
        .wrap(middleware::from_fn(finish::finish))
        .configure(routes::configure);
    all.into_factory().new_service(AppConfig::default()).await.map(Rc::new)
}
