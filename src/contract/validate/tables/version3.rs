//! The objects of `OpenAPI` 3, but for schemas; what Swagger 2.0 has in the same form is here, too.

use super::Takes::{Any, Bool, Email, ListOf, Map, MapOf, MapOfTexts, Of, Text, Texts, Uri};
use super::{Field, Kind, Rest, Rule, Table, Takes, field, needed, since31, since32};
use crate::contract::load::Version;
use crate::contract::words as w;

/// The fields of a kind.
pub(super) fn table(kind: Kind) -> Table {
    let rest = match kind {
        Kind::Paths | Kind::Callback => Rest::Each(Of(Kind::PathItem)),
        Kind::Responses => Rest::Each(Of(Kind::Response)),
        Kind::SecurityRequirement => Rest::Every(Texts),
        _ => Rest::Extensions,
    };
    let fields = fields(kind);
    Table { fields, rest }
}

fn fields(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Root => ROOT,
        Kind::Info => INFO,
        Kind::Contact => CONTACT,
        Kind::License => LICENSE,
        Kind::Server => SERVER,
        Kind::ServerVariable => SERVER_VARIABLE,
        Kind::Components => COMPONENTS,
        Kind::PathItem => PATH_ITEM,
        Kind::Operation => OPERATION,
        Kind::ExternalDocs => EXTERNAL_DOCS,
        Kind::Parameter => PARAMETER,
        Kind::RequestBody => REQUEST_BODY,
        Kind::MediaType => MEDIA_TYPE,
        Kind::Encoding => ENCODING,
        Kind::Response => RESPONSE,
        Kind::Example => EXAMPLE,
        Kind::Link => LINK,
        Kind::Header => HEADER,
        Kind::Tag => TAG,
        Kind::Discriminator => DISCRIMINATOR,
        Kind::Xml => XML,
        Kind::SecurityScheme => SECURITY_SCHEME,
        Kind::OauthFlows => OAUTH_FLOWS,
        Kind::OauthFlow => OAUTH_FLOW,
        Kind::Paths
        | Kind::Callback
        | Kind::Responses
        | Kind::SecurityRequirement
        | Kind::Schema
        | Kind::Items => &[],
    }
}

const fn only31(key: crate::contract::arena::Word, takes: Takes) -> Field {
    since31(key, takes, Rule::NewerField)
}

const SERVERS: Field = Field {
    since: Version::V30,
    ..field(w::SERVERS, ListOf(Kind::Server))
};

const ROOT: &[Field] = &[
    field(w::OPENAPI, Any),
    since32(w::SELF, Uri),
    needed(w::INFO, Of(Kind::Info), Rule::InfoRequired),
    since31(w::JSON_SCHEMA_DIALECT, Any, Rule::JsonschemadialectFieldFor31Plus),
    SERVERS,
    field(w::PATHS, Of(Kind::Paths)),
    since31(w::WEBHOOKS, MapOf(Kind::PathItem), Rule::WebhooksFieldFor31Plus),
    field(w::COMPONENTS, Of(Kind::Components)),
    field(w::SECURITY, ListOf(Kind::SecurityRequirement)),
    field(w::TAGS, ListOf(Kind::Tag)),
    field(w::EXTERNAL_DOCS, Of(Kind::ExternalDocs)),
];

const INFO: &[Field] = &[
    needed(w::TITLE, Text, Rule::InfoTitleRequired),
    since31(w::SUMMARY, Text, Rule::SummaryFieldFor31Plus),
    field(w::DESCRIPTION, Text),
    field(w::TERMS_OF_SERVICE, Uri),
    field(w::CONTACT, Of(Kind::Contact)),
    field(w::LICENSE, Of(Kind::License)),
    needed(w::VERSION, Text, Rule::InfoVersionRequired),
];

const CONTACT: &[Field] = &[field(w::NAME, Text), field(w::URL, Uri), field(w::EMAIL, Email)];

const LICENSE: &[Field] = &[
    needed(w::NAME, Text, Rule::LicenseNameRequired),
    since31(w::IDENTIFIER, Text, Rule::IdentifierFieldFor31Plus),
    field(w::URL, Uri),
];

const SERVER: &[Field] = &[
    needed(w::URL, Text, Rule::ServerUrlRequired),
    field(w::DESCRIPTION, Text),
    since32(w::NAME, Text),
    field(w::VARIABLES, MapOf(Kind::ServerVariable)),
];

const SERVER_VARIABLE: &[Field] = &[
    field(w::ENUM, Texts),
    needed(w::DEFAULT, Text, Rule::DefaultRequired),
    field(w::DESCRIPTION, Text),
];

const COMPONENTS: &[Field] = &[
    field(w::SCHEMAS, MapOf(Kind::Schema)),
    field(w::RESPONSES, MapOf(Kind::Response)),
    field(w::PARAMETERS, MapOf(Kind::Parameter)),
    field(w::EXAMPLES, MapOf(Kind::Example)),
    field(w::REQUEST_BODIES, MapOf(Kind::RequestBody)),
    field(w::HEADERS, MapOf(Kind::Header)),
    field(w::SECURITY_SCHEMES, MapOf(Kind::SecurityScheme)),
    field(w::LINKS, MapOf(Kind::Link)),
    field(w::CALLBACKS, MapOf(Kind::Callback)),
    only31(w::PATH_ITEMS, MapOf(Kind::PathItem)),
    since32(w::MEDIA_TYPES, MapOf(Kind::MediaType)),
];

const PATH_ITEM: &[Field] = &[
    field(w::REF, Any),
    field(w::SUMMARY, Text),
    field(w::DESCRIPTION, Text),
    field(w::GET, Of(Kind::Operation)),
    field(w::PUT, Of(Kind::Operation)),
    field(w::POST, Of(Kind::Operation)),
    field(w::DELETE, Of(Kind::Operation)),
    field(w::OPTIONS, Of(Kind::Operation)),
    field(w::HEAD, Of(Kind::Operation)),
    field(w::PATCH, Of(Kind::Operation)),
    field(w::TRACE, Of(Kind::Operation)),
    since32(w::QUERY, Of(Kind::Operation)),
    since32(w::ADDITIONAL_OPERATIONS, MapOf(Kind::Operation)),
    SERVERS,
    field(w::PARAMETERS, ListOf(Kind::Parameter)),
];

const OPERATION: &[Field] = &[
    field(w::TAGS, Texts),
    field(w::SUMMARY, Text),
    field(w::DESCRIPTION, Text),
    field(w::EXTERNAL_DOCS, Of(Kind::ExternalDocs)),
    field(w::OPERATION_ID, Text),
    field(w::PARAMETERS, ListOf(Kind::Parameter)),
    field(w::REQUEST_BODY, Of(Kind::RequestBody)),
    field(w::RESPONSES, Of(Kind::Responses)),
    field(w::CALLBACKS, MapOf(Kind::Callback)),
    field(w::DEPRECATED, Bool),
    field(w::SECURITY, ListOf(Kind::SecurityRequirement)),
    SERVERS,
];

const EXTERNAL_DOCS: &[Field] = &[
    field(w::DESCRIPTION, Text),
    needed(w::URL, Uri, Rule::ExternalDocsUrlRequired),
];

const PARAMETER: &[Field] = &[
    needed(w::NAME, Text, Rule::ParameterNameRequired),
    needed(w::IN, Any, Rule::ParameterInInvalid),
    field(w::DESCRIPTION, Text),
    field(w::REQUIRED, Bool),
    field(w::DEPRECATED, Bool),
    field(w::ALLOW_EMPTY, Bool),
    field(w::STYLE, Text),
    field(w::EXPLODE, Bool),
    field(w::ALLOW_RESERVED, Bool),
    field(w::SCHEMA, Of(Kind::Schema)),
    field(w::EXAMPLE, Any),
    field(w::EXAMPLES, MapOf(Kind::Example)),
    field(w::CONTENT, MapOf(Kind::MediaType)),
];

const REQUEST_BODY: &[Field] = &[
    field(w::DESCRIPTION, Text),
    needed(
        w::CONTENT,
        MapOf(Kind::MediaType),
        Rule::RequestBodyContentRequired,
    ),
    field(w::REQUIRED, Bool),
];

const MEDIA_TYPE: &[Field] = &[
    field(w::SCHEMA, Of(Kind::Schema)),
    Field {
        newer: Rule::ItemSchemaFieldFor32Plus,
        ..since32(w::ITEM_SCHEMA, Of(Kind::Schema))
    },
    field(w::EXAMPLE, Any),
    field(w::EXAMPLES, MapOf(Kind::Example)),
    field(w::ENCODING, MapOf(Kind::Encoding)),
    since32(w::PREFIX_ENCODING, ListOf(Kind::Encoding)),
    since32(w::ITEM_ENCODING, Of(Kind::Encoding)),
    since32(w::DESCRIPTION, Text),
];

const ENCODING: &[Field] = &[
    field(w::CONTENT_TYPE, Text),
    field(w::HEADERS, MapOf(Kind::Header)),
    field(w::STYLE, Text),
    field(w::EXPLODE, Bool),
    field(w::ALLOW_RESERVED, Bool),
    since32(w::ENCODING, MapOf(Kind::Encoding)),
    since32(w::PREFIX_ENCODING, ListOf(Kind::Encoding)),
    since32(w::ITEM_ENCODING, Of(Kind::Encoding)),
];

const RESPONSE: &[Field] = &[
    field(w::DESCRIPTION, Text),
    since32(w::SUMMARY, Text),
    field(w::HEADERS, MapOf(Kind::Header)),
    field(w::CONTENT, MapOf(Kind::MediaType)),
    field(w::LINKS, MapOf(Kind::Link)),
];

const EXAMPLE: &[Field] = &[
    field(w::SUMMARY, Text),
    field(w::DESCRIPTION, Text),
    field(w::VALUE, Any),
    field(w::EXTERNAL_VALUE, Uri),
    since32(w::DATA_VALUE, Any),
    since32(w::SERIALIZED_VALUE, Text),
];

const LINK: &[Field] = &[
    field(w::OPERATION_REF, Uri),
    field(w::OPERATION_ID, Text),
    field(w::PARAMETERS, Map),
    field(w::REQUEST_BODY, Any),
    field(w::DESCRIPTION, Text),
    field(w::SERVER, Of(Kind::Server)),
];

const HEADER: &[Field] = &[
    field(w::DESCRIPTION, Text),
    field(w::REQUIRED, Bool),
    field(w::DEPRECATED, Bool),
    field(w::STYLE, Text),
    field(w::EXPLODE, Bool),
    field(w::SCHEMA, Of(Kind::Schema)),
    field(w::EXAMPLE, Any),
    field(w::EXAMPLES, MapOf(Kind::Example)),
    field(w::CONTENT, MapOf(Kind::MediaType)),
];

const TAG: &[Field] = &[
    needed(w::NAME, Text, Rule::FieldMissing),
    since32(w::SUMMARY, Text),
    field(w::DESCRIPTION, Text),
    field(w::EXTERNAL_DOCS, Of(Kind::ExternalDocs)),
    since32(w::PARENT, Text),
    since32(w::KIND, Text),
];

const DISCRIMINATOR: &[Field] = &[
    needed(w::PROPERTY_NAME, Text, Rule::FieldMissing),
    field(w::MAPPING, MapOfTexts),
    since32(w::DEFAULT_MAPPING, Text),
];

const XML: &[Field] = &[
    field(w::NAME, Text),
    field(w::NAMESPACE, Uri),
    field(w::PREFIX, Text),
    field(w::ATTRIBUTE, Bool),
    field(w::WRAPPED, Bool),
    since32(w::NODE_TYPE, Text),
];

const SECURITY_SCHEME: &[Field] = &[
    needed(w::TYPE, Text, Rule::SecuritySchemeTypeInvalid),
    field(w::DESCRIPTION, Text),
    field(w::NAME, Text),
    field(w::IN, Text),
    field(w::SCHEME, Text),
    field(w::BEARER_FORMAT, Text),
    field(w::FLOWS, Of(Kind::OauthFlows)),
    field(w::OPEN_ID_CONNECT_URL, Uri),
    since32(w::OAUTH2_METADATA_URL, Uri),
    since32(w::DEPRECATED, Bool),
];

const OAUTH_FLOWS: &[Field] = &[
    field(w::IMPLICIT, Of(Kind::OauthFlow)),
    field(w::PASSWORD, Of(Kind::OauthFlow)),
    field(w::CLIENT_CREDENTIALS, Of(Kind::OauthFlow)),
    field(w::AUTHORIZATION_CODE, Of(Kind::OauthFlow)),
    since32(w::DEVICE_AUTHORIZATION, Of(Kind::OauthFlow)),
];

const OAUTH_FLOW: &[Field] = &[
    field(w::AUTHORIZATION_URL, Uri),
    field(w::TOKEN_URL, Uri),
    field(w::REFRESH_URL, Uri),
    needed(w::SCOPES, MapOfTexts, Rule::OauthFlowScopesRequired),
    since32(w::DEVICE_AUTHORIZATION_URL, Uri),
];
