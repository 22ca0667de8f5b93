//! The kinds of objects that the specifications have.

use crate::contract::load::Version;

/// A kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the object of that name in the specification")]
pub enum Kind {
    Root,
    Info,
    Contact,
    License,
    Server,
    ServerVariable,
    Components,
    Paths,
    PathItem,
    Operation,
    ExternalDocs,
    Parameter,
    RequestBody,
    MediaType,
    Encoding,
    Responses,
    Response,
    Callback,
    Example,
    Link,
    Header,
    Tag,
    Schema,
    Discriminator,
    Xml,
    SecurityScheme,
    OauthFlows,
    OauthFlow,
    SecurityRequirement,
    /// What is in a list that is a parameter of Swagger 2.0.
    Items,
}

impl Kind {
    /// How many there are.
    pub const COUNT: usize = Self::Items as usize + 1;

    /// What one is called in a sentence.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Root => "an API description",
            Self::Info => "`info`",
            Self::Contact => "a contact",
            Self::License => "a license",
            Self::Server => "a server",
            Self::ServerVariable => "a server variable",
            Self::Components => "`components`",
            Self::Paths => "`paths`",
            Self::PathItem => "a path item",
            Self::Operation => "an operation",
            Self::ExternalDocs => "`externalDocs`",
            Self::Parameter => "a parameter",
            Self::RequestBody => "a request body",
            Self::MediaType => "a media type",
            Self::Encoding => "an encoding",
            Self::Responses => "`responses`",
            Self::Response => "a response",
            Self::Callback => "a callback",
            Self::Example => "an example",
            Self::Link => "a link",
            Self::Header => "a header",
            Self::Tag => "a tag",
            Self::Schema => "a schema",
            Self::Discriminator => "a discriminator",
            Self::Xml => "`xml`",
            Self::SecurityScheme => "a security scheme",
            Self::OauthFlows => "`flows`",
            Self::OauthFlow => "an OAuth flow",
            Self::SecurityRequirement => "a security requirement",
            Self::Items => "`items`",
        }
    }

    /// Whether a reference may stand for one.
    pub fn may_be_reference(self, version: Version) -> bool {
        match self {
            Self::Parameter | Self::Response | Self::Schema | Self::PathItem => true,
            Self::RequestBody
            | Self::Header
            | Self::Example
            | Self::Link
            | Self::Callback
            | Self::SecurityScheme => version >= Version::V30,
            Self::MediaType => version >= Version::V32,
            _ => false,
        }
    }
}
