//! What can be wrong with a description: one table, from which checks, levels, explanations and documentation come.
//!
//! Rules of the first part are known to other tools by the same ids and levels; those of the second are our own.

use crate::contract::rules::Level;

macro_rules! rules {
    (
        Standard { $($name:ident $id:literal $level:ident $why:tt $mend:tt)* }
        Ours { $($own:ident $own_id:literal $own_level:ident $own_why:tt $own_mend:tt)* }
    ) => {
        /// A rule that a description may break.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(
                #[doc = concat!("`", $id, "`")]
                $name,
            )*
            $(
                #[doc = concat!("`", $own_id, "`")]
                $own,
            )*
        }

        impl Rule {
            /// All of them, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name,)* $(Self::$own,)*];

            /// What it is called.
            pub fn id(self) -> &'static str {
                match self {
                    $(Self::$name => $id,)*
                    $(Self::$own => $own_id,)*
                }
            }

            /// How bad it is, unless somebody says otherwise.
            pub fn level(self) -> Level {
                match self {
                    $(Self::$name => Level::$level,)*
                    $(Self::$own => Level::$own_level,)*
                }
            }

            /// What is wrong, and why it matters: a sentence.
            pub fn why(self) -> &'static str {
                match self {
                    $(Self::$name => $why,)*
                    $(Self::$own => $own_why,)*
                }
            }

            /// How it is mended: a sentence.
            pub fn mend(self) -> &'static str {
                match self {
                    $(Self::$name => $mend,)*
                    $(Self::$own => $own_mend,)*
                }
            }

            /// Whether other tools know it by the same id.
            pub fn is_standard(self) -> bool {
                match self {
                    $(Self::$name => true,)*
                    $(Self::$own => false,)*
                }
            }
        }
    };
}

const NEWER: &str =
    "The field is newer than the version that the document follows, so that its readers pass it over.";
const UPGRADE: &str =
    "Raise `openapi` to the version that has the field, or say it in the words of the older one.";
const SWAP: &str = "Swap the two numbers, or take one of them out.";
const ONLY_ONE: &str = "Keep the one that is meant and remove the other.";
const WRITE: &str = "Write the field.";
const NEVER_BOTH: &str = "The lower bound is above the upper one, so that no value is valid.";

rules! {
    Standard {
    AdditionalPropertiesBothFormsExclusive "additional-properties-both-forms-exclusive" Error "`additionalProperties` is either a truth value or a schema, and this is neither." "Write `true`, `false` or a schema."
    AuthorizationUrlForbidden "authorization-url-forbidden" Error "This kind of OAuth flow asks nobody for consent and has no `authorizationUrl`." "Remove `authorizationUrl`, or use the flow that has one."
    BearerFormatForbidden "bearer-format-forbidden" Error "`bearerFormat` says something about the scheme `bearer` of type `http` only." "Remove `bearerFormat`, or make it a scheme of type `http` with `scheme: bearer`."
    ConstNotInEnum "const-not-in-enum" Error "The constant is none of the values of `enum`, so that no value is valid." "Add the constant to `enum`, or remove one of the two keywords."
    ContentOrSchemaExactlyOne "content-or-schema-exactly-one" Error "A parameter or header is described by `schema` or by `content`: with both or none nobody knows how it is written." "Write exactly one of `schema` and `content`."
    DefaultRequired "default-required" Error "A server variable without a `default` has no value when nobody chooses one." "Give the variable a `default`."
    DuplicateOperationId "duplicate-operation-id" Error "Links and generated code find operations by their `operationId`, and two have the same." "Give each operation an `operationId` of its own."
    DuplicateRequiredField "duplicate-required-field" Error "A name stands twice in `required`, which must have each once." "Remove the second one."
    DuplicateTag "duplicate-tag" Error "Two tags have the same name, and nobody knows which description counts." "Describe each tag once."
    EnumEmpty "enum-empty" Error "There is no value to choose from, so that no value is valid." "Write the values, or remove `enum`."
    ExampleExamplesMutuallyExclusive "example-examples-mutually-exclusive" Error "`example` and `examples` stand beside each other, and only one may." ONLY_ONE
    ExternalDocsUrlRequired "external-docs-url-required" Error "Nothing says where the external documentation is." "Give `externalDocs` a `url`."
    FlowsForbidden "flows-forbidden" Error "Only a security scheme of type `oauth2` has flows." "Remove the flows, or make it a scheme of type `oauth2`."
    FlowsRequired "flows-required" Error "A security scheme of type `oauth2` does not say how tokens are had." "Write `flows` (in Swagger 2.0 `flow`)."
    HeaderContentSingleEntry "header-content-single-entry" Error "The `content` of a header has exactly one media type." "Keep one media type."
    InForbidden "in-forbidden" Error "`in` says where an API key is sent, and this is none, or it is a header, whose place is known." "Remove `in`."
    InfoRequired "info-required" Error "Nothing says what API this is." "Write `info` with `title` and `version`."
    InfoTitleRequired "info-title-required" Error "The API has no title." "Give `info` a `title`."
    InfoVersionRequired "info-version-required" Error "The API has no version." "Give `info` a `version`."
    JsonSchemaDialectRequired "json-schema-dialect-required" Error "`jsonSchemaDialect` is empty or no URI, so that nobody knows what the words of schemas mean." "Write the URI of the dialect, or remove the field."
    LicenseNameRequired "license-name-required" Error "The license has no name." "Give the license a `name`."
    MinContainsExceedsMaxContains "min-contains-exceeds-max-contains" Error NEVER_BOTH SWAP
    MinItemsExceedsMaxItems "min-items-exceeds-max-items" Error NEVER_BOTH SWAP
    MinLengthExceedsMaxLength "min-length-exceeds-max-length" Error NEVER_BOTH SWAP
    MinPropertiesExceedsMaxProperties "min-properties-exceeds-max-properties" Error NEVER_BOTH SWAP
    MinimumExceedsMaximum "minimum-exceeds-maximum" Error NEVER_BOTH SWAP
    MultipleOfNotPositive "multiple-of-not-positive" Error "Nothing is a multiple of zero or of a negative number." "Write a number that is greater than 0."
    NameForbidden "name-forbidden" Error "The name is known from elsewhere: of a header from its key, of a scheme that is no API key from its type." "Remove `name`."
    OauthFlowAuthorizationUrlRequired "oauth-flow-authorization-url-required" Error "Nothing says where users are asked for consent." "Give the flow an `authorizationUrl`."
    OauthFlowScopesRequired "oauth-flow-scopes-required" Error "The flow does not say which scopes there are." "Give the flow `scopes`, which may be empty."
    OauthFlowTokenUrlRequired "oauth-flow-token-url-required" Error "Nothing says where tokens are had." "Give the flow a `tokenUrl`."
    OpenapiRequired "openapi-required" Error "The version of the specification is no text with two points in it, such as `3.1.0`." "Write the whole version in quotes."
    OpenidConnectUrlRequired "openid-connect-url-required" Error "Nothing says where the OpenID provider describes itself." "Give the scheme an `openIdConnectUrl`."
    OperationIdOperationRefMutuallyExclusive "operation-id-operation-ref-mutually-exclusive" Error "A link names its operation by `operationId` or by `operationRef`, not by both." ONLY_ONE
    OperationIdOrOperationRefRequired "operation-id-or-operation-ref-required" Error "The link does not say which operation it leads to." "Write `operationId` or `operationRef`."
    OperationResponsesRequired "operation-responses-required" Error "The operation does not say what it answers." "Write `responses`."
    ParameterContentSingleEntry "parameter-content-single-entry" Error "The `content` of a parameter has exactly one media type." "Keep one media type."
    ParameterInInvalid "parameter-in-invalid" Error "Where the parameter is sent is missing, or is no place of this version." "Write one of the places that the message names."
    ParameterNameRequired "parameter-name-required" Error "The parameter has no name." "Give the parameter a `name`."
    PathMustStartWithSlash "path-must-start-with-slash" Error "A path is put behind the address of a server and begins with `/`." "Begin the path with `/`."
    PathParameterRequired "path-parameter-required" Error "A path without one of its parameters is another path, so that each has `required: true`." "Write `required: true`."
    PathParametersMismatch "path-parameters-mismatch" Error "The names in the braces of a path and the parameters of its operations are not the same." "Describe each name in braces by a parameter `in: path`, and remove the others."
    PathsRequired "paths-required" Error "There are no `paths`, and nothing that may stand for them." "Write `paths`, which may be empty."
    ReadOnlyWriteOnlyMutuallyExclusive "read-only-write-only-mutually-exclusive" Error "What is only read and only written is never sent." ONLY_ONE
    RequestBodyContentRequired "request-body-content-required" Error "The request body does not say which media types it may have." "Write `content` with a media type."
    ResponseDescriptionRequired "response-description-required" Error "A response of this version needs a `description`." "Write a `description`, which may be short."
    ResponsesRequired "responses-required" Error "The responses are empty, so that nothing says what is answered." "Describe at least the response of success."
    SchemaItemsRequired "schema-items-required" Error "A list does not say what is in it, which this version demands." "Write `items`, at least `items: {}`."
    SchemaPatternRegexInvalid "schema-pattern-regex-invalid" Error "The pattern is no regular expression of ECMA-262, so that no value can be held against it." "Mend the expression at the place that the message names."
    SchemaTypeUnsupported "schema-type-unsupported" Error "The type is no type of this version." "Use one of the types that the message names."
    SecuritySchemeApikeyInInvalid "security-scheme-apikey-in-invalid" Error "Nothing says where the API key is sent, or it is no place where one can be." "Write `query`, `header` or `cookie` (in Swagger 2.0 `query` or `header`)."
    SecuritySchemeHttpSchemeInvalid "security-scheme-http-scheme-invalid" Error "A scheme of type `http` does not say which, or names it by what can be no scheme." "Write the name as the HTTP registry has it, such as `basic` or `bearer`."
    SecuritySchemeNameRequired "security-scheme-name-required" Error "The API key has no name by which it is sent." "Give the scheme a `name`."
    SecuritySchemeTypeInvalid "security-scheme-type-invalid" Error "The type of the security scheme is missing, or is none of this version." "Use one of the types that the message names."
    SerializationMethodInvalid "serialization-method-invalid" Error "No parameter at this place is written in this style." "Use one of the styles that the message names, or remove `style`."
    ServerUrlRequired "server-url-required" Error "The server has no address." "Give the server a `url`."
    ServerUrlTemplateInvalid "server-url-template-invalid" Error "The braces of the address do not fit together, or hold a name that is not described." "Close each brace, and describe each name under `variables`."
    SpecValidationError "spec-validation-error" Error "The specification demands something here that no other rule has a name for." "Do what the message says."
    SubschemasEmpty "subschemas-empty" Error "A choice or combination without any schema says nothing." "Write the schemas, or remove the keyword."
    TokenUrlForbidden "token-url-forbidden" Error "The implicit flow gives tokens at once and has no `tokenUrl`." "Remove `tokenUrl`, or use the flow that has one."
    UnevaluatedItemsBothFormsExclusive "unevaluated-items-both-forms-exclusive" Error "`unevaluatedItems` is either a truth value or a schema, and this is neither." "Write `true`, `false` or a schema."
    UnevaluatedPropertiesBothFormsExclusive "unevaluated-properties-both-forms-exclusive" Error "`unevaluatedProperties` is either a truth value or a schema, and this is neither." "Write `true`, `false` or a schema."
    UnresolvedRef "unresolved-ref" Error "The reference leads nowhere, so that what it stands for is unknown." "Write what it names, or correct the reference."
    UrlIdentifierMutuallyExclusive "url-identifier-mutually-exclusive" Error "A license is named by `url` or by `identifier`, not by both." ONLY_ONE
    ValueExternalValueMutuallyExclusive "value-external-value-mutually-exclusive" Error "An example says its value once, and here it does so in ways that exclude each other." ONLY_ONE
    ValueOrExternalValueRequired "value-or-external-value-required" Error "The example has no value." "Write `value` or `externalValue`."
    WebhookNil "webhook-nil" Error "The webhook has no content." "Describe its operations, or remove it."
    AmbiguousParameterSerialization "ambiguous-parameter-serialization" Warning "What is written by this style cannot be read back without guessing." "Use the style that fits the type, or `content` with a media type."
    ConflictingPaths "conflicting-paths" Warning "A request can mean both paths, and nothing says which one counts." "Change one path such that no request fits both."
    DefaultViolatesSchema "default-violates-schema" Warning "The default is no valid value of its own schema." "Correct the default or the schema."
    DuplicateEnumValue "duplicate-enum-value" Warning "A value stands twice in `enum`." "Remove the second one."
    DuplicateParameter "duplicate-parameter" Warning "Two parameters of one list have the same name and place, and nobody knows which one counts." "Remove one of them."
    ExtraSiblingFields "extra-sibling-fields" Warning "What stands beside `$ref` is passed over in this version." "Move it to what the reference leads to, or wrap the reference in `allOf`."
    RequiredWithDefault "required-with-default" Warning "What must always be there never takes its default." "Make the parameter optional, or remove the default."
    TypeFormatMismatch "type-format-mismatch" Warning "The format says nothing about values of this type." "Use a format of the type, or the type of the format."
    ItemSchemaFieldFor32Plus "item-schema-field-for-3-2-plus" Warning NEWER UPGRADE
    AnchorFieldFor31Plus "anchor-field-for-3-1-plus" Warning NEWER UPGRADE
    CommentFieldFor31Plus "comment-field-for-3-1-plus" Warning NEWER UPGRADE
    ConstFieldFor31Plus "const-field-for-3-1-plus" Warning NEWER UPGRADE
    ContainsFieldFor31Plus "contains-field-for-3-1-plus" Warning NEWER UPGRADE
    ContentEncodingFieldFor31Plus "content-encoding-field-for-3-1-plus" Warning NEWER UPGRADE
    ContentMediaTypeFieldFor31Plus "content-media-type-field-for-3-1-plus" Warning NEWER UPGRADE
    ContentSchemaFieldFor31Plus "content-schema-field-for-3-1-plus" Warning NEWER UPGRADE
    DefsFieldFor31Plus "defs-field-for-3-1-plus" Warning NEWER UPGRADE
    DependentRequiredFieldFor31Plus "dependent-required-field-for-3-1-plus" Warning NEWER UPGRADE
    DependentSchemasFieldFor31Plus "dependent-schemas-field-for-3-1-plus" Warning NEWER UPGRADE
    DynamicAnchorFieldFor31Plus "dynamic-anchor-field-for-3-1-plus" Warning NEWER UPGRADE
    DynamicRefFieldFor31Plus "dynamic-ref-field-for-3-1-plus" Warning NEWER UPGRADE
    ElseFieldFor31Plus "else-field-for-3-1-plus" Warning NEWER UPGRADE
    ExamplesFieldFor31Plus "examples-field-for-3-1-plus" Warning NEWER UPGRADE
    IdFieldFor31Plus "id-field-for-3-1-plus" Warning NEWER UPGRADE
    IdentifierFieldFor31Plus "identifier-field-for-3-1-plus" Warning NEWER UPGRADE
    IfFieldFor31Plus "if-field-for-3-1-plus" Warning NEWER UPGRADE
    JsonschemadialectFieldFor31Plus "jsonschemadialect-field-for-3-1-plus" Warning NEWER UPGRADE
    MaxContainsFieldFor31Plus "max-contains-field-for-3-1-plus" Warning NEWER UPGRADE
    MinContainsFieldFor31Plus "min-contains-field-for-3-1-plus" Warning NEWER UPGRADE
    PatternPropertiesFieldFor31Plus "pattern-properties-field-for-3-1-plus" Warning NEWER UPGRADE
    PrefixItemsFieldFor31Plus "prefix-items-field-for-3-1-plus" Warning NEWER UPGRADE
    PropertyNamesFieldFor31Plus "property-names-field-for-3-1-plus" Warning NEWER UPGRADE
    SchemaFieldFor31Plus "schema-field-for-3-1-plus" Warning NEWER UPGRADE
    SummaryFieldFor31Plus "summary-field-for-3-1-plus" Warning NEWER UPGRADE
    ThenFieldFor31Plus "then-field-for-3-1-plus" Warning NEWER UPGRADE
    UnevaluatedItemsFieldFor31Plus "unevaluated-items-field-for-3-1-plus" Warning NEWER UPGRADE
    UnevaluatedPropertiesFieldFor31Plus "unevaluated-properties-field-for-3-1-plus" Warning NEWER UPGRADE
    WebhooksFieldFor31Plus "webhooks-field-for-3-1-plus" Warning NEWER UPGRADE
    ExampleViolatesSchema "example-violates-schema" Info "The example is no valid value of its schema, so that readers learn something wrong." "Correct the example or the schema."
    }
    Ours {
    UnknownVersion "unknown-version" Error "What the words of this version mean is not known; the document was read as the nearest known version." "Follow Swagger 2.0 or `OpenAPI` 3.0, 3.1 or 3.2."
    WrongType "wrong-type" Error "The value has another type than the specification says, so that readers refuse or ignore it." "Write a value of the type that the message names."
    FieldMissing "field-missing" Error "The specification demands a field here that is not there." WRITE
    ValueInvalid "value-invalid" Error "The value is none of those that the specification has for this field." "Write one of the values that the message names."
    UnknownField "unknown-field" Warning "No version of the specification knows this field at this place, so that readers refuse or ignore it." "Correct its name, or let it begin with `x-`."
    NewerField "newer-field" Warning NEWER UPGRADE
    RemovedField "removed-field" Warning "The field is one of older versions and says nothing in this one." "Say it in the words of this version."
    DuplicateKey "duplicate-key" Warning "A key stands twice in one object: readers do not agree which one counts, and here it is the last." "Remove one of them."
    FormatInvalid "format-invalid" Warning "The text is not written as the specification says, such as an address that is no URI." "Write it in the form that the message names."
    CyclicRef "cyclic-ref" Error "The reference only leads back to itself, so that it stands for nothing." "Let one of the references lead to a value."
    RemoteRef "remote-ref" Info "The reference leads to another machine, which was not asked, so that what is there was not checked." "Keep a copy beside the description, or allow remote references."
    UnreadableRef "unreadable-ref" Error "The file that the reference names cannot be read." "Correct the reference or the file."
    RefNotAllowed "ref-not-allowed" Error "No reference may stand here, so that readers do not follow it." "Write the value itself, or refer to it one level higher or lower."
    RefToWrongKind "ref-to-wrong-kind" Error "The reference leads to an object of another kind than is needed here." "Refer to an object of the right kind."
    DuplicatePath "duplicate-path" Error "Two paths are the same but for the names of their parameters, and nobody can say which one a request means." "Put their operations under one path."
    PathTemplateInvalid "path-template-invalid" Error "The braces of the path do not fit together, are empty, or hold one name twice." "Close each brace and give each parameter a name of its own."
    PathWithQuery "path-with-query" Warning "A path ends before `?` and `#`, so that no request has what follows in its path." "Describe it by parameters `in: query`."
    ComponentNameInvalid "component-name-invalid" Error "Names of components consist of letters, digits, points, hyphens and underscores." "Rename the component and the references to it."
    StatusCodeInvalid "status-code-invalid" Error "Responses are named by a status code from 100 to 599, by `1XX` to `5XX`, or by `default`." "Correct the name."
    NoSuccessResponse "no-success-response" Info "Only failures are described, so that clients do not know what they get." "Describe the response of success."
    MediaTypeInvalid "media-type-invalid" Warning "The name is no media type, so that no body can be of it." "Write `type/subtype`, such as `application/json`."
    HeaderNameInvalid "header-name-invalid" Warning "The name can be no name of a header." "Use letters, digits and hyphens only."
    IgnoredHeaderParameter "ignored-header-parameter" Info "The specification says that this header is not described by a parameter, and readers ignore it." "Describe it by the media types of bodies, or by a security scheme."
    QuerystringConflict "querystring-conflict" Error "The whole query is one parameter here, so that there can be no other that is sent in it." "Use either one parameter `in: querystring`, or parameters `in: query`."
    SchemaFieldsForbidden "schema-fields-forbidden" Error "The field belongs to a parameter with `schema`, and says nothing beside `content`." "Remove it, or describe the parameter by `schema`."
    AdditionalOperationInvalid "additional-operation-invalid" Error "A method that has a field of its own, or that is no method, stands under `additionalOperations`." "Move the operation to its field, or correct the method."
    RequestBodyIgnored "request-body-ignored" Info "HTTP gives no meaning to a body of this method, and some programs on the way drop it." "Send it by parameters, or use another method."
    EncodingUnknownProperty "encoding-unknown-property" Warning "There is no property of this name in the schema, so that nothing is encoded like that." "Correct the name, or add the property."
    EncodingConflict "encoding-conflict" Error "`encoding` names parts and `prefixEncoding` or `itemEncoding` number them, so that they exclude each other." ONLY_ONE
    ServerVariableUnused "server-variable-unused" Warning "The address of the server does not hold this variable." "Use it in `url`, or remove it."
    ServerDefaultNotInEnum "server-default-not-in-enum" Error "The default is none of the values that the variable may have." "Add it to `enum`, or choose another default."
    SecurityRequirementUnknown "security-requirement-unknown" Error "No security scheme of this name is described, so that nobody knows what to send." "Describe the scheme, or correct the name."
    SecurityScopeUnknown "security-scope-unknown" Warning "No flow of the scheme knows this scope, so that nobody can ask for it." "Describe the scope in the flows, or correct its name."
    SecurityScopesNotEmpty "security-scopes-not-empty" Warning "A scheme of this type has no scopes in this version." "Leave the list empty."
    DuplicateTagUse "duplicate-tag-use" Warning "An operation has the same tag twice." "Remove the second one."
    UndescribedTag "undescribed-tag" Info "The document describes its tags, and this one is not among them." "Describe the tag, or correct its name."
    TagParentUnknown "tag-parent-unknown" Error "The parent of a tag is not described, or tags are each other's parents." "Correct `parent`."
    LinkOperationUnknown "link-operation-unknown" Error "There is no operation of this `operationId`, so that the link leads nowhere." "Correct the `operationId`."
    LinkParameterUnknown "link-parameter-unknown" Warning "The operation that the link leads to has no such parameter." "Correct the name of the parameter."
    ExpressionInvalid "expression-invalid" Warning "The text is no runtime expression that anybody can evaluate." "Write an expression such as `$request.body#/url`."
    DiscriminatorPropertyMissing "discriminator-property-missing" Warning "The property that tells the schemas apart need not be there in one of them." "Describe the property and put it under `required`."
    DiscriminatorMappingDangling "discriminator-mapping-dangling" Error "The mapping names a schema that does not exist." "Correct the name or the reference."
    DiscriminatorWithoutChoice "discriminator-without-choice" Warning "Nothing is told apart by this discriminator: there is no choice, and no schema is built on this one." "Put it beside `oneOf` or `anyOf`, or remove it."
    UnusedComponent "unused-component" Info "Nothing refers to the component." "Remove it, or refer to it."
    RequiredPropertyUndefined "required-property-undefined" Warning "The property must be there, and no property but the described ones may be: no value is valid." "Describe the property, or remove it from `required`."
    PatternNotPortable "pattern-not-portable" Info "The pattern uses what some engines of regular expressions do not know, such as looking ahead or back." "Say it by several keywords, or by a simpler pattern."
    KeywordWithoutEffect "keyword-without-effect" Info "The keyword says something about values of another type, and so nothing here." "Remove it, or correct `type`."
    NullableWithoutType "nullable-without-type" Info "`nullable` widens a `type`, and without one it says nothing." "Write the `type`."
    ValueNotChecked "value-not-checked" Info "Whether the value satisfies its schema could not be decided, which does not mean that it does." "Check it by hand, or say the schema in simpler words."
    EnumValueViolatesSchema "enum-value-violates-schema" Warning "The value of `enum` or `const` is refused by the rest of its schema, so that nobody can send it." "Correct the value or the schema."
    BoundsEmpty "bounds-empty" Error "Exclusive bounds leave no number between them." "Make the bounds wider."
    BodyAndFormData "body-and-form-data" Error "A request has one body, and here are several: two `in: body`, or `body` beside `formData`." "Keep one body, or put everything into its schema."
    FormDataConsumes "form-data-consumes" Error "A form is sent as `multipart/form-data` or `application/x-www-form-urlencoded`, and a file only as the former." "Correct `consumes`."
    FileNotAllowed "file-not-allowed" Error "The type `file` is for form parameters and for whole responses." "Use `in: formData` for what is sent, or `type: string`."
    CollectionFormatMultiNotAllowed "collection-format-multi-not-allowed" Error "Only what is sent in a query or a form can be repeated." "Use `csv`, `ssv`, `tsv` or `pipes`."
    }
}

impl Rule {
    /// The rule of an id.
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_id_is_one_rule_and_leads_back_to_it() {
        let mut seen = HashSet::new();
        for rule in Rule::ALL {
            let id = rule.id();
            assert!(seen.insert(id), "{id} is there twice");
            assert_eq!(Rule::parse(id), Some(*rule));
            let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            assert!(id.bytes().all(is_plain), "{id}");
            assert!(
                crate::contract::rules::Rule::parse(id).is_none(),
                "{id} is a rule of comparing, too"
            );
        }
        assert_eq!(Rule::ALL.iter().filter(|rule| rule.is_standard()).count(), 106);
        assert_eq!(Rule::parse(""), None);
    }

    #[test]
    fn every_rule_says_in_sentences_why_and_what_to_do() {
        for rule in Rule::ALL {
            for text in [rule.why(), rule.mend()] {
                assert!(text.ends_with('.'), "{}: {text}", rule.id());
                assert!(
                    !text.contains("  ") && !text.contains(". "),
                    "{}: {text}",
                    rule.id()
                );
            }
        }
    }

    #[test]
    fn levels_are_those_that_others_give() {
        let count = |level| {
            let standard = Rule::ALL.iter().filter(|rule| rule.is_standard());
            standard.filter(|rule| rule.level() == level).count()
        };
        assert_eq!(
            (count(Level::Error), count(Level::Warning), count(Level::Info)),
            (67, 38, 1)
        );
    }
}
