//! The objects that Swagger 2.0 has in another form than `OpenAPI` 3.

use super::Takes::{
    Any, Bool, Count, List, ListOf, Map, MapOf, MapOfTexts, Number, Of, OneOrListOf, SchemaOrBool, Text,
    Texts, Uri,
};
use super::{Field, Kind, Rest, Rule, Table, field, needed};
use crate::contract::words as w;

/// The fields of a kind, if they are others than in `OpenAPI` 3.
pub(super) fn table(kind: Kind) -> Option<Table> {
    let fields = match kind {
        Kind::Root => ROOT,
        Kind::PathItem => PATH_ITEM,
        Kind::Operation => OPERATION,
        Kind::Parameter => PARAMETER,
        Kind::Items => ITEMS,
        Kind::Response => RESPONSE,
        Kind::Header => HEADER,
        Kind::Schema => SCHEMA,
        Kind::SecurityScheme => SECURITY_SCHEME,
        _ => return None,
    };
    let rest = Rest::Extensions;
    Some(Table { fields, rest })
}

const ROOT: &[Field] = &[
    field(w::SWAGGER, Any),
    needed(w::INFO, Of(Kind::Info), Rule::InfoRequired),
    field(w::HOST, Text),
    field(w::BASE_PATH, Text),
    field(w::SCHEMES, Texts),
    field(w::CONSUMES, Texts),
    field(w::PRODUCES, Texts),
    field(w::PATHS, Of(Kind::Paths)),
    field(w::DEFINITIONS, MapOf(Kind::Schema)),
    field(w::PARAMETERS, MapOf(Kind::Parameter)),
    field(w::RESPONSES, MapOf(Kind::Response)),
    field(w::SECURITY_DEFINITIONS, MapOf(Kind::SecurityScheme)),
    field(w::SECURITY, ListOf(Kind::SecurityRequirement)),
    field(w::TAGS, ListOf(Kind::Tag)),
    field(w::EXTERNAL_DOCS, Of(Kind::ExternalDocs)),
];

const PATH_ITEM: &[Field] = &[
    field(w::REF, Any),
    field(w::GET, Of(Kind::Operation)),
    field(w::PUT, Of(Kind::Operation)),
    field(w::POST, Of(Kind::Operation)),
    field(w::DELETE, Of(Kind::Operation)),
    field(w::OPTIONS, Of(Kind::Operation)),
    field(w::HEAD, Of(Kind::Operation)),
    field(w::PATCH, Of(Kind::Operation)),
    field(w::PARAMETERS, ListOf(Kind::Parameter)),
];

const OPERATION: &[Field] = &[
    field(w::TAGS, Texts),
    field(w::SUMMARY, Text),
    field(w::DESCRIPTION, Text),
    field(w::EXTERNAL_DOCS, Of(Kind::ExternalDocs)),
    field(w::OPERATION_ID, Text),
    field(w::CONSUMES, Texts),
    field(w::PRODUCES, Texts),
    field(w::PARAMETERS, ListOf(Kind::Parameter)),
    field(w::RESPONSES, Of(Kind::Responses)),
    field(w::SCHEMES, Texts),
    field(w::DEPRECATED, Bool),
    field(w::SECURITY, ListOf(Kind::SecurityRequirement)),
];

const PARAMETER: &[Field] = &[
    needed(w::NAME, Text, Rule::ParameterNameRequired),
    needed(w::IN, Any, Rule::ParameterInInvalid),
    field(w::DESCRIPTION, Text),
    field(w::REQUIRED, Bool),
    field(w::SCHEMA, Of(Kind::Schema)),
    field(w::ALLOW_EMPTY, Bool),
    TYPE,
    FORMAT,
    ITEM,
    COLLECTION,
    DEFAULT,
    MAXIMUM,
    EXCLUSIVE_MAXIMUM,
    MINIMUM,
    EXCLUSIVE_MINIMUM,
    MAX_LENGTH,
    MIN_LENGTH,
    PATTERN,
    MAX_ITEMS,
    MIN_ITEMS,
    UNIQUE,
    ENUM,
    MULTIPLE,
];

const ITEMS: &[Field] = &[
    TYPE,
    FORMAT,
    ITEM,
    COLLECTION,
    DEFAULT,
    MAXIMUM,
    EXCLUSIVE_MAXIMUM,
    MINIMUM,
    EXCLUSIVE_MINIMUM,
    MAX_LENGTH,
    MIN_LENGTH,
    PATTERN,
    MAX_ITEMS,
    MIN_ITEMS,
    UNIQUE,
    ENUM,
    MULTIPLE,
];

const HEADER: &[Field] = &[
    field(w::DESCRIPTION, Text),
    TYPE,
    FORMAT,
    ITEM,
    COLLECTION,
    DEFAULT,
    MAXIMUM,
    EXCLUSIVE_MAXIMUM,
    MINIMUM,
    EXCLUSIVE_MINIMUM,
    MAX_LENGTH,
    MIN_LENGTH,
    PATTERN,
    MAX_ITEMS,
    MIN_ITEMS,
    UNIQUE,
    ENUM,
    MULTIPLE,
];

const TYPE: Field = field(w::TYPE, Any);
const FORMAT: Field = field(w::FORMAT, Text);
const ITEM: Field = field(w::ITEMS, Of(Kind::Items));
const COLLECTION: Field = field(w::COLLECTION_FORMAT, Text);
const DEFAULT: Field = field(w::DEFAULT, Any);
const MAXIMUM: Field = field(w::MAXIMUM, Number);
const EXCLUSIVE_MAXIMUM: Field = field(w::EXCLUSIVE_MAXIMUM, Bool);
const MINIMUM: Field = field(w::MINIMUM, Number);
const EXCLUSIVE_MINIMUM: Field = field(w::EXCLUSIVE_MINIMUM, Bool);
const MAX_LENGTH: Field = field(w::MAX_LENGTH, Count);
const MIN_LENGTH: Field = field(w::MIN_LENGTH, Count);
const PATTERN: Field = field(w::PATTERN, Text);
const MAX_ITEMS: Field = field(w::MAX_ITEMS, Count);
const MIN_ITEMS: Field = field(w::MIN_ITEMS, Count);
const UNIQUE: Field = field(w::UNIQUE_ITEMS, Bool);
const ENUM: Field = field(w::ENUM, List);
const MULTIPLE: Field = field(w::MULTIPLE_OF, Number);

const RESPONSE: &[Field] = &[
    field(w::DESCRIPTION, Text),
    field(w::SCHEMA, Of(Kind::Schema)),
    field(w::HEADERS, MapOf(Kind::Header)),
    field(w::EXAMPLES, Map),
];

const SCHEMA: &[Field] = &[
    TYPE,
    field(w::DESCRIPTION, Text),
    field(w::PROPERTIES, MapOf(Kind::Schema)),
    field(w::REQUIRED, Texts),
    field(w::ITEMS, OneOrListOf(Kind::Schema)),
    FORMAT,
    ENUM,
    field(w::EXAMPLE, Any),
    field(w::TITLE, Text),
    DEFAULT,
    MAXIMUM,
    EXCLUSIVE_MAXIMUM,
    MINIMUM,
    EXCLUSIVE_MINIMUM,
    MAX_LENGTH,
    MIN_LENGTH,
    PATTERN,
    MAX_ITEMS,
    MIN_ITEMS,
    UNIQUE,
    MULTIPLE,
    field(w::MAX_PROPERTIES, Count),
    field(w::MIN_PROPERTIES, Count),
    field(w::ALL_OF, ListOf(Kind::Schema)),
    field(
        w::ADDITIONAL_PROPERTIES,
        SchemaOrBool(Rule::AdditionalPropertiesBothFormsExclusive),
    ),
    field(w::DISCRIMINATOR, Text),
    field(w::READ_ONLY, Bool),
    field(w::XML, Of(Kind::Xml)),
    field(w::EXTERNAL_DOCS, Of(Kind::ExternalDocs)),
    field(w::REF, Any),
];

const SECURITY_SCHEME: &[Field] = &[
    needed(w::TYPE, Text, Rule::SecuritySchemeTypeInvalid),
    field(w::DESCRIPTION, Text),
    field(w::NAME, Text),
    field(w::IN, Text),
    field(w::FLOW, Text),
    field(w::AUTHORIZATION_URL, Uri),
    field(w::TOKEN_URL, Uri),
    field(w::SCOPES, MapOfTexts),
];
