//! One table for the router and its document: what is served is described, and the other way round.
//!
//! A handler's types say what it takes and answers (see [`super::describe`]); the table adds its name, a
//! sentence, and the refusals that its types cannot know.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, on};
use salala_core::wire::ErrorCode;
use salala_core::wire::schema::Schemas;

use super::Services;
use super::describe::{Described, Description};

/// Routes with their descriptions.
#[must_use = "what is not served is no route"]
pub struct Routes {
    prefix: &'static str,
    router: Router<Arc<Services>>,
    operations: Vec<Operation>,
}

/// A route's method as documents know it.
pub struct Operation {
    /// `get`, as documents write it.
    pub method: &'static str,
    /// The whole path, with `{…}` for what differs.
    pub path: String,
    /// The name that generated clients call it by.
    pub id: &'static str,
    /// What it does.
    pub words: &'static str,
    /// Refusals that do not follow from what it takes.
    pub refusals: &'static [ErrorCode],
    describe: fn(&mut Description<'_>),
}

impl Routes {
    /// No routes yet; those to come are served under a prefix.
    pub fn under(prefix: &'static str) -> Self {
        Self { prefix, router: Router::new(), operations: Vec::new() }
    }

    /// `GET`
    pub fn get<H, T, D>(self, path: &str, handler: H, operation: Words) -> Self
    where
        H: Handler<T, Arc<Services>> + Described<D>,
        T: 'static,
    {
        self.with(("get", MethodFilter::GET), path, handler, operation)
    }

    /// `POST`
    pub fn post<H, T, D>(self, path: &str, handler: H, operation: Words) -> Self
    where
        H: Handler<T, Arc<Services>> + Described<D>,
        T: 'static,
    {
        self.with(("post", MethodFilter::POST), path, handler, operation)
    }

    /// `PUT`
    pub fn put<H, T, D>(self, path: &str, handler: H, operation: Words) -> Self
    where
        H: Handler<T, Arc<Services>> + Described<D>,
        T: 'static,
    {
        self.with(("put", MethodFilter::PUT), path, handler, operation)
    }

    /// `PATCH`
    pub fn patch<H, T, D>(self, path: &str, handler: H, operation: Words) -> Self
    where
        H: Handler<T, Arc<Services>> + Described<D>,
        T: 'static,
    {
        self.with(("patch", MethodFilter::PATCH), path, handler, operation)
    }

    /// `DELETE`
    pub fn delete<H, T, D>(self, path: &str, handler: H, operation: Words) -> Self
    where
        H: Handler<T, Arc<Services>> + Described<D>,
        T: 'static,
    {
        self.with(("delete", MethodFilter::DELETE), path, handler, operation)
    }

    /// What is served, relative to the prefix.
    pub fn into_router(self) -> Router<Arc<Services>> {
        self.router
    }

    /// What is described.
    pub fn into_operations(self) -> Vec<Operation> {
        self.operations
    }

    fn with<H, T, D>(
        mut self,
        (method, filter): (&'static str, MethodFilter),
        path: &str,
        handler: H,
        (id, words, refusals): Words,
    ) -> Self
    where
        H: Handler<T, Arc<Services>> + Described<D>,
        T: 'static,
    {
        self.router = self.router.route(path, on(filter, handler));
        let path = format!("{}{path}", self.prefix);
        let describe = <H as Described<D>>::describe;
        self.operations.push(Operation { method, path, id, words, refusals, describe });
        self
    }
}

/// What a route's line says beside its types: the name for clients, a sentence, and refusals.
type Words = (&'static str, &'static str, &'static [ErrorCode]);

impl Operation {
    /// What the handler's types and the table say together.
    pub fn describe<'a>(&self, schemas: &'a mut Schemas) -> Description<'a> {
        let mut description = Description::new(self.method, schemas);
        (self.describe)(&mut description);
        for code in self.refusals {
            description.refuses(*code);
        }
        description
    }
}
