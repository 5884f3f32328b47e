//! The interface as the server describes it: its operations, and bodies made from their schemas. Not a validator.

use std::fmt;

use reqwest::Method;
use serde_json::{Map, Value, json};

/// One operation.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its method.
    pub method: Method,
    /// Its path below `/api/v1`, with its parameters in braces.
    pub path: String,
    schema: Option<Value>,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Every operation of the document.
pub fn operations(openapi: &Value) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, item) in openapi["paths"].as_object().expect("paths") {
        let path = path.strip_prefix("/api/v1").unwrap_or(path);
        for method in ["get", "put", "post", "patch", "delete"] {
            let Some(described) = item.get(method) else { continue };
            let schema = described["requestBody"]["content"]["application/json"].get("schema").cloned();
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            all.push(Operation { method, path: path.to_owned(), schema });
        }
    }
    all
}

impl Operation {
    /// Whether it takes a JSON body.
    pub fn takes_json(&self) -> bool {
        self.schema.is_some()
    }

    /// The path with its parameters filled in.
    pub fn filled(&self, id: &str) -> String {
        let part = |part: &str| match part {
            "{channel}" => "joint".to_owned(),
            "{n}" => "1".to_owned(),
            _ if part.starts_with('{') => id.to_owned(),
            _ => part.to_owned(),
        };
        self.path.split('/').map(part).collect::<Vec<_>>().join("/")
    }

    /// The fields that must be there.
    pub fn required(&self, openapi: &Value) -> Vec<String> {
        let schema = resolve(openapi, self.schema.as_ref());
        let names = schema["required"].as_array().cloned().unwrap_or_default();
        names.iter().filter_map(|name| Some(name.as_str()?.to_owned())).collect()
    }

    /// Each field with a value of a type that it cannot have.
    pub fn fields_of_wrong_type(&self, openapi: &Value) -> Vec<(String, Value)> {
        let schema = resolve(openapi, self.schema.as_ref());
        let Some(fields) = schema["properties"].as_object() else { return Vec::new() };
        let wrong = |field: &Value| match kind(&resolve(openapi, Some(field))) {
            "object" => json!("a text"),
            _ => json!({"an": "object"}),
        };
        fields.iter().map(|(name, field)| (name.clone(), wrong(field))).collect()
    }

    /// A body with every required field.
    pub fn sample(&self, openapi: &Value) -> Value {
        sample(openapi, self.schema.as_ref())
    }

    /// A body with every required field, and this one put otherwise.
    pub fn sample_with(&self, openapi: &Value, name: &str, value: Value) -> Value {
        let mut body = sample(openapi, self.schema.as_ref());
        body[name] = value;
        body
    }

    /// A body with every required field but this one.
    pub fn sample_without(&self, openapi: &Value, name: &str) -> Value {
        let mut body = sample(openapi, self.schema.as_ref());
        if let Some(map) = body.as_object_mut() {
            map.remove(name);
        }
        body
    }
}

/// Follows `$ref`, and takes the first real choice of `oneOf` and `anyOf`.
fn resolve(openapi: &Value, schema: Option<&Value>) -> Value {
    let Some(schema) = schema else { return Value::Null };
    if let Some(name) = schema["$ref"].as_str() {
        let path = name.trim_start_matches('#');
        return resolve(openapi, openapi.pointer(path));
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        let first = schema[choice].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null"));
        if first.is_some() {
            return resolve(openapi, first);
        }
    }
    schema.clone()
}

fn kind(schema: &Value) -> &str {
    let first = schema["type"].as_array().and_then(|all| all.iter().find(|one| *one != "null"));
    first.unwrap_or(&schema["type"]).as_str().unwrap_or("object")
}

fn sample(openapi: &Value, schema: Option<&Value>) -> Value {
    let schema = resolve(openapi, schema);
    if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    match kind(&schema) {
        "string" => json!("some text"),
        "integer" | "number" => json!(1),
        "boolean" => json!(true),
        "array" => json!([]),
        _ => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let names = required.iter().filter_map(Value::as_str);
            let pair = |name: &str| (name.to_owned(), sample(openapi, schema["properties"].get(name)));
            Value::Object(names.map(pair).collect::<Map<_, _>>())
        }
    }
}
