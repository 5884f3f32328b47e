//! Takes connections over from the HTTP library. One that carries a room needs nothing of HTTP any more, whose two
//! buffers were most of what a seat weighed; and it goes on beside the rooms, so that telling a word wakes no other
//! thread. A request that asks for a WebSocket is answered as any other is; where the answer grants one, whoever granted
//! it gets the bare line. Deliberately not here: who may open a line.

use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;

use actix_codec::Framed;
use actix_http::body::{BodySize, MessageBody};
use actix_http::h1::{Codec, Message};
use actix_http::{HttpMessage as _, Request, Response};
use actix_web::Error;
use actix_web::dev::{Service, ServiceFactory, ServiceResponse, fn_factory, fn_service};
use actix_web::rt::net::TcpStream;
use futures_util::SinkExt as _;

use super::handshake::{Granted, TakesOver};

/// A request that asks for a WebSocket, and the connection on which it came.
type Asked = (Request, Framed<TcpStream, Codec>);

/// Answers the requests that ask for a WebSocket by `house`, which answers all others too.
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
    request: Request,
    mut framed: Framed<TcpStream, Codec>,
) -> Result<(), Error>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    request.extensions_mut().insert(TakesOver);
    let (_, response) = house.call(request).await?.into_parts();
    let (mut head, body) = Response::from(response).into_parts();
    let granted = head.extensions_mut().remove::<Granted>();
    if let Some(granted) = granted {
        framed.send(Message::Item((head, BodySize::None))).await?;
        let parts = framed.into_parts();
        granted.begin(parts.io.into_std()?, parts.read_buf.freeze());
        return Ok(());
    }
    head.head_mut().set_connection_type(actix_http::ConnectionType::Close);
    framed.send(Message::Item((head, body.size()))).await?;
    let mut body = pin!(body);
    while let Some(piece) = poll_fn(|context| body.as_mut().poll_next(context)).await {
        let piece = piece.map_err(Into::into)?;
        framed.send(Message::Chunk(Some(piece))).await?;
    }
    framed.send(Message::Chunk(None)).await?;
    Ok(framed.close().await?)
}
