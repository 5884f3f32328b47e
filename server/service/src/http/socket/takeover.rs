//! Takes connections over from the HTTP library. One that carries a room needs nothing of HTTP any more, whose two
//! buffers were most of what a seat weighed; and it goes on beside the rooms, so that telling a word wakes no other
//! thread. A request that asks for a WebSocket is answered as any other is; where the answer grants one, whoever granted
//! it gets the bare line. Deliberately not here: who may open a line.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;

use actix_codec::Framed;
use actix_http::body::{BodySize, BoxBody, MessageBody};
use actix_http::h1::{Codec, Message};
use actix_http::header::ACCEPT_ENCODING;
use actix_http::{ConnectionType, HttpMessage as _, Method, Request, Response};
use actix_web::Error;
use actix_web::dev::{Service, ServiceFactory, ServiceResponse, fn_factory, fn_service};
use actix_web::rt::net::TcpStream;
use futures_util::SinkExt as _;

use super::handshake::{Granted, TakesOver};
use super::wire::let_go;

/// A request that asks for a WebSocket, and the connection on which it came.
type Asked = (Request, Framed<TcpStream, Codec>);

/// Answers the requests that ask for a WebSocket by the application that answers all others too.
pub fn takeover<S, B, H, F>(
    house: H,
) -> impl ServiceFactory<Asked, Config = (), Response = (), Error = Error, InitError = ()>
where
    H: Fn() -> F + 'static,
    F: Future<Output = Result<Rc<S>, ()>> + 'static,
    S: Service<Request, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    fn_factory(move || {
        let house = house();
        async move {
            let house = house.await?;
            Ok(fn_service(move |(request, framed): Asked| answer(Rc::clone(&house), request, framed)))
        }
    })
}

async fn answer<S, B>(
    house: Rc<S>,
    mut request: Request,
    framed: Framed<TcpStream, Codec>,
) -> Result<(), Error>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody + 'static,
{
    if *request.method() == Method::GET {
        request.extensions_mut().insert(TakesOver);
    }
    // What is pressed on the way has no length, and a line that is closed behind it needs one to be known as whole.
    request.headers_mut().remove(ACCEPT_ENCODING);
    let response = match house.call(request).await {
        Ok(response) => Response::from(response.into_parts().1.map_into_boxed_body()),
        Err(error) => error.error_response().into(),
    };
    let (mut head, body) = response.into_parts();
    let granted = head.extensions_mut().remove::<Granted>();
    // A line that breaks meanwhile is the affair of whoever broke it.
    let _ = match granted {
        Some(granted) => hand_over(granted, head, framed).await,
        None => refuse(head, body, framed).await,
    };
    Ok(())
}

/// Says that there is a WebSocket now, and gives the line away.
async fn hand_over(
    granted: Granted,
    head: Response<()>,
    mut framed: Framed<TcpStream, Codec>,
) -> io::Result<()> {
    framed.send(Message::Item((head, BodySize::None))).await?;
    let parts = framed.into_parts();
    granted.begin(parts.io.into_std()?, parts.read_buf.freeze());
    Ok(())
}

/// Answers, and lets go of the line.
async fn refuse(
    mut head: Response<()>,
    mut body: BoxBody,
    mut framed: Framed<TcpStream, Codec>,
) -> io::Result<()> {
    head.head_mut().set_connection_type(ConnectionType::Close);
    head.head_mut().no_chunking(true);
    framed.send(Message::Item((head, body.size()))).await?;
    while let Some(piece) = poll_fn(|context| Pin::new(&mut body).poll_next(context)).await {
        framed
            .send(Message::Chunk(Some(piece.map_err(|_| io::Error::other("the answer broke off"))?)))
            .await?;
    }
    framed.send(Message::Chunk(None)).await?;
    let_go(framed.into_parts().io).await;
    Ok(())
}
