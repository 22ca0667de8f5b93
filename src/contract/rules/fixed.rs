//! Rules that are one of a kind.

use super::fixed_rules::fixed;

fixed! {
    Standard {
    ApiPathRemovedWithoutDeprecation "api-path-removed-without-deprecation" Error None "is gone with its path" "A client that calls it gets an error, and nothing said that it would go." DEPRECATE
    ApiPathRemovedBeforeSunset "api-path-removed-before-sunset" Error None "is gone with its path before its announced day" "A client that trusted the announced day calls it and gets an error." WAIT
    ApiPathRemovedWithDeprecation "api-path-removed-with-deprecation" Info None "is gone with its path after it was deprecated" "Clients were told that it would go." NOTHING
    ApiPathSunsetParse "api-path-sunset-parse" Error None "is gone, and the day on which it was to go cannot be read" "Nobody could know from the description when it would go." DATE
    ApiRemovedWithoutDeprecation "api-removed-without-deprecation" Error None "is gone" "A client that calls it gets an error, and nothing said that it would go." DEPRECATE
    ApiRemovedBeforeSunset "api-removed-before-sunset" Error None "is gone before its announced day" "A client that trusted the announced day calls it and gets an error." WAIT
    ApiRemovedWithDeprecation "api-removed-with-deprecation" Info None "is gone after it was deprecated" "Clients were told that it would go." NOTHING
    ApiDeprecatedSunsetMissing "api-deprecated-sunset-missing" Error None "is deprecated without a day on which it goes" "A client cannot know until when it may call it." DATE
    ApiDeprecatedSunsetParse "api-deprecated-sunset-parse" Error None "is deprecated with a day that cannot be read" "A client cannot know until when it may call it." DATE
    ApiSunsetDateTooSmall "api-sunset-date-too-small" Error None "is deprecated and goes too soon" "Clients have less time to change than they are promised." LATER
    ApiSunsetDateChangedTooSmall "api-sunset-date-changed-too-small" Error None "goes earlier than was announced" "A client that planned for the announced day is late." LATER
    SunsetDeleted "sunset-deleted" Error None "is deprecated, and its day is not told any more" "A client that planned for the announced day cannot know whether it still holds." DATE
    ApiInvalidStabilityLevel "api-invalid-stability-level" Error None "has a stability that is none of draft, alpha, beta and stable" "Nobody can know what it promises." STABLE
    ApiStabilityDecreased "api-stability-decreased" Error None "promises less stability" "A client relied on what was promised, and the next change may break it." STABLE
    ApiStabilityIncreased "api-stability-increased" Info None "promises more stability" "A client can rely on more than before." NOTHING
    EndpointAdded "endpoint-added" Info None "is new" "No client knows it yet." NOTHING
    EndpointDeprecated "endpoint-deprecated" Info None "is deprecated" "It still answers as before." NOTHING
    EndpointDeprecatedWithSunset "endpoint-deprecated-with-sunset" Info None "is deprecated, and has a day on which it goes" "It answers as before until that day." NOTHING
    EndpointReactivated "endpoint-reactivated" Info None "is not deprecated any more" "It answers as before." NOTHING
    ApiOperationIdAdded "api-operation-id-added" Info None "has an operationId now" "Generated clients get another name for it; what is sent is the same." NOTHING
    ApiOperationIdRemoved "api-operation-id-removed" Info None "lost its operationId, or has another one" "Generated clients get another name for it; what is sent is the same." NAME
    ApiTagAdded "api-tag-added" Info None "has one more tag" "Tags group operations in documents; what is sent is the same." NOTHING
    ApiTagRemoved "api-tag-removed" Info None "has one tag less" "Tags group operations in documents; what is sent is the same." NOTHING
    ApiSchemaRemoved "api-schema-removed" Info None "is gone from the components" "Only names in generated clients change; what operations use is compared there." NAME
    ApiVersionNotBumped "api-version-not-bumped" Info None "has the version of before although clients break" "Nobody sees from the version that something broke." VERSION
    ApiVersionDecreased "api-version-decreased" Info None "has a lower version although clients break" "Nobody sees from the version that something broke." VERSION
    ApiMajorVersionNotBumped "api-major-version-not-bumped" Info None "has no higher major version although clients break" "Nobody sees from the version that something broke." VERSION
    ApiSecurityAdded "api-security-added" Info None "has one more way to authenticate" "An added way excludes nobody; whether the old ones still suffice is a rule of its own." NOTHING
    ApiSecurityRemoved "api-security-removed" Info None "has one way to authenticate less" "Whether who came in before still does is a rule of its own." NOTHING
    ApiSecurityScopeAdded "api-security-scope-added" Info None "needs one more scope in a way to authenticate" "Whether who came in before still does is a rule of its own." NOTHING
    ApiSecurityScopeRemoved "api-security-scope-removed" Info None "needs one scope less in a way to authenticate" "Whoever had the scopes has enough." NOTHING
    ApiGlobalSecurityAdded "api-global-security-added" Info None "is one more way to authenticate for all operations" "An added way excludes nobody; whether the old ones still suffice is told for each operation." NOTHING
    ApiGlobalSecurityRemoved "api-global-security-removed" Info None "is no way to authenticate any more" "Whether who came in before still does is told for each operation." NOTHING
    ApiGlobalSecurityScopeAdded "api-global-security-scope-added" Info None "is one more scope that all operations need" "Whether who came in before still does is told for each operation." NOTHING
    ApiGlobalSecurityScopeRemoved "api-global-security-scope-removed" Info None "is a scope that operations do not need any more" "Whoever had the scopes has enough." NOTHING
    ApiSecurityComponentAdded "api-security-component-added" Info None "is a new way to authenticate" "No operation needs it by being described." NOTHING
    ApiSecurityComponentRemoved "api-security-component-removed" Info None "is gone from the ways to authenticate" "Whether an operation still needs it is told there." NOTHING
    ApiSecurityComponentTypeChanged "api-security-component-type-changed" Info None "authenticates in another way" "Clients have to send something else where it is needed." SECURITY
    ApiSecurityComponentOauthUrlChanged "api-security-component-oauth-url-changed" Info None "asks for consent at another address" "Clients that read the address from the description go on; those that wrote it down do not." SECURITY
    ApiSecurityComponentOauthTokenUrlChanged "api-security-component-oauth-token-url-changed" Info None "gives tokens at another address" "Clients that read the address from the description go on; those that wrote it down do not." SECURITY
    ApiSecurityComponentOauthScopeAdded "api-security-component-oauth-scope-added" Info None "is a new scope" "No operation needs it by being described." NOTHING
    ApiSecurityComponentOauthScopeRemoved "api-security-component-oauth-scope-removed" Info None "is a scope that is gone" "Whether an operation still needs it is told there." NOTHING
    ApiSecurityComponentOauthScopeChanged "api-security-component-oauth-scope-changed" Info None "is a scope that is described in other words" "What it allows is not told by its description." NOTHING
    NewRequestPathParameter "new-request-path-parameter" Error Request "is a new part of the path" "Clients call the path without it." NEWPATH
    NewRequiredRequestParameter "new-required-request-parameter" Error Request "is a new parameter that must be there" "Clients do not send it, and are refused." OPTIONAL
    NewOptionalRequestParameter "new-optional-request-parameter" Info Request "is a new parameter that need not be there" "Clients that do not send it go on." NOTHING
    NewRequiredRequestDefaultParameterToExistingPath "new-required-request-default-parameter-to-existing-path" Error Request "is a new parameter of all operations of its path that must be there" "Clients do not send it, and are refused." OPTIONAL
    NewOptionalRequestDefaultParameterToExistingPath "new-optional-request-default-parameter-to-existing-path" Info Request "is a new parameter of all operations of its path" "Clients that do not send it go on." NOTHING
    NewRequiredRequestHeaderProperty "new-required-request-header-property" Error Request "is a new property of a header that must be there" "Clients do not send it, and are refused." OPTIONAL
    RequestHeaderPropertyBecameEnum "request-header-property-became-enum" Error Request "of a header must be one of some values now" "Clients that send other values are refused." ACCEPT
    RequestHeaderPropertyBecameRequired "request-header-property-became-required" Error Request "of a header must be there now" "Clients that do not send it are refused." OPTIONAL
    NewRequiredRequestProperty "new-required-request-property" Error Request "is a new property that must be there" "Clients do not send it, and are refused." OPTIONAL
    NewRequiredRequestPropertyWithDefault "new-required-request-property-with-default" Error Request "is a new property that must be there although it has a default" "Gateways and generated clients check what must be there before any default is applied." OPTIONAL
    NewOptionalRequestProperty "new-optional-request-property" Info Request "is a new property that need not be there" "Clients that do not send it go on." NOTHING
    RequestOptionalPropertyBecameReadOnly "request-optional-property-became-read-only" Info Request "is only read now" "What clients send is ignored." NOTHING
    RequestOptionalPropertyBecameNotReadOnly "request-optional-property-became-not-read-only" Info Request "is not only read any more" "Clients that do not send it go on." NOTHING
    RequestOptionalPropertyBecameWriteOnly "request-optional-property-became-write-only" Info Request "is only written now" "What clients send counts as before." NOTHING
    RequestOptionalPropertyBecameNotWriteOnly "request-optional-property-became-not-write-only" Info Request "is not only written any more" "What clients send counts as before." NOTHING
    RequestRequiredPropertyBecameReadOnly "request-required-property-became-read-only" Info Request "is only read now" "Clients need not send it any more." NOTHING
    RequestRequiredPropertyBecameNotReadOnly "request-required-property-became-not-read-only" Warning Request "is not only read any more, and must be there" "Clients that sent it all along go on, and those that left it out because it was only read have to send it." OPTIONAL
    RequestRequiredPropertyBecameWriteOnly "request-required-property-became-write-only" Info Request "is only written now" "What clients send counts as before." NOTHING
    RequestRequiredPropertyBecameNotWriteOnly "request-required-property-became-not-write-only" Info Request "is not only written any more" "What clients send counts as before." NOTHING
    RequestReadOnlyPropertyEnumValueRemoved "request-read-only-property-enum-value-removed" Info Request "has fewer values to choose from, and is only read" "Clients do not send it." NOTHING
    RequestReadOnlyPropertyExclusiveMaxDecreased "request-read-only-property-exclusive-max-decreased" Info Request "has a lower exclusive maximum, and is only read" "Clients do not send it." NOTHING
    RequestReadOnlyPropertyExclusiveMinIncreased "request-read-only-property-exclusive-min-increased" Info Request "has a higher exclusive minimum, and is only read" "Clients do not send it." NOTHING
    RequestReadOnlyPropertyMaxDecreased "request-read-only-property-max-decreased" Info Request "has a lower maximum, and is only read" "Clients do not send it." NOTHING
    RequestReadOnlyPropertyMaxLengthDecreased "request-read-only-property-max-length-decreased" Info Request "must be shorter, and is only read" "Clients do not send it." NOTHING
    RequestReadOnlyPropertyMinIncreased "request-read-only-property-min-increased" Info Request "has a higher minimum, and is only read" "Clients do not send it." NOTHING
    ResponseSuccessStatusAdded "response-success-status-added" Info Response "is a new status of success" "A client that knows only the others may meet it; the description has it as one more way to succeed." NOTHING
    ResponseSuccessStatusRemoved "response-success-status-removed" Error Response "is no status of success any more" "A client that waits for it takes what comes instead for a failure." KEEP
    ResponseNonSuccessStatusAdded "response-non-success-status-added" Info Response "is a new status" "Clients have to expect statuses that are not described." NOTHING
    ResponseNonSuccessStatusRemoved "response-non-success-status-removed" Info Response "is not described any more" "Clients lose a case that they can tell apart." NOTHING
    ResponseMediaTypeAdded "response-media-type-added" Info Response "is a new media type" "Clients get it only if they ask for it." NOTHING
    ResponseMediaTypeRemoved "response-media-type-removed" Error Response "is a media type that is not given any more" "A client that asks for it gets an error or something that it cannot read." KEEP
    ResponseMediaTypeNameChanged "response-media-type-name-changed" Info Response "is a media type with other parameters" "What is in the body is the same." NOTHING
    ResponseMediaTypeNameSpecialized "response-media-type-name-specialized" Info Response "is a media type of a more special kind" "Who reads the general kind can read this one." NOTHING
    ResponseMediaTypeNameGeneralized "response-media-type-name-generalized" Error Response "is a media type of a more general kind" "A client that relies on what the special kind promises does not get it." KEEP
    ResponseMediatypeEnumValueRemoved "response-mediatype-enum-value-removed" Info Response "is a value that is not given any more" "Clients meet one case less." NOTHING
    RequiredResponseHeaderRemoved "required-response-header-removed" Error Response "is a header that is not given any more" "A client that relies on it finds nothing." KEEP
    OptionalResponseHeaderRemoved "optional-response-header-removed" Warning Response "is a header that is not given any more" "A client that uses it when it is there never finds it again." KEEP
    ResponseRequiredPropertyAdded "response-required-property-added" Info Response "is a new property" "Clients ignore what they do not know." NOTHING
    ResponseOptionalPropertyAdded "response-optional-property-added" Info Response "is a new property" "Clients ignore what they do not know." NOTHING
    ResponseRequiredPropertyRemoved "response-required-property-removed" Error Response "is a property that is not given any more" "A client that relies on it finds nothing." KEEP
    ResponseOptionalPropertyRemoved "response-optional-property-removed" Warning Response "is a property that is not described any more" "A client that uses it when it is there may never find it again." KEEP
    ResponseRequiredWriteOnlyPropertyAdded "response-required-write-only-property-added" Info Response "is a new property that is only written" "Responses do not hold it." NOTHING
    ResponseOptionalWriteOnlyPropertyAdded "response-optional-write-only-property-added" Info Response "is a new property that is only written" "Responses do not hold it." NOTHING
    ResponseRequiredWriteOnlyPropertyRemoved "response-required-write-only-property-removed" Info Response "is a property that is only written, and gone" "Responses did not hold it." NOTHING
    ResponseOptionalWriteOnlyPropertyRemoved "response-optional-write-only-property-removed" Info Response "is a property that is only written, and gone" "Responses did not hold it." NOTHING
    ResponseRequiredPropertyBecameReadOnly "response-required-property-became-read-only" Info Response "is only read now" "Responses hold it as before." NOTHING
    ResponseRequiredPropertyBecameNotReadOnly "response-required-property-became-not-read-only" Info Response "is not only read any more" "Responses hold it as before." NOTHING
    ResponseRequiredPropertyBecameWriteOnly "response-required-property-became-write-only" Warning Response "is only written now" "Responses do not hold it any more, and a client that relies on it finds nothing." KEEP
    ResponseRequiredPropertyBecameNotWriteOnly "response-required-property-became-not-write-only" Warning Response "is not only written any more" "Responses hold something that no client has seen in them." VERSIONED
    ResponseOptionalPropertyBecameReadOnly "response-optional-property-became-read-only" Info Response "is only read now" "Responses hold it as before." NOTHING
    ResponseOptionalPropertyBecameNotReadOnly "response-optional-property-became-not-read-only" Info Response "is not only read any more" "Responses hold it as before." NOTHING
    ResponseOptionalPropertyBecameWriteOnly "response-optional-property-became-write-only" Info Response "is only written now" "Clients could not rely on it." NOTHING
    ResponseOptionalPropertyBecameNotWriteOnly "response-optional-property-became-not-write-only" Info Response "is not only written any more" "Clients ignore what they do not know." NOTHING
    ResponseWriteOnlyPropertyBecameOptional "response-write-only-property-became-optional" Info Response "is only written, and need not be there any more" "Responses do not hold it." NOTHING
    ResponseWriteOnlyPropertyBecameRequired "response-write-only-property-became-required" Info Response "is only written, and must be there now" "Responses do not hold it." NOTHING
    ResponseWriteOnlyPropertyEnumValueAdded "response-write-only-property-enum-value-added" Info Response "is only written, and has more values to choose from" "Responses do not hold it." NOTHING
    WebhookAdded "webhook-added" Info None "is new" "Nobody waits for it yet." NOTHING
    WebhookRemoved "webhook-removed" Error None "is gone" "Who waits for it waits for ever." KEEP
    }
    Ours {
    RemovedRequiredRequestParameter "removed-required-request-parameter" Error Request "is a parameter that is gone, and had to be there" "Clients still send it, and a provider that checks what it knows refuses them." ACCEPT
    RequestPropertyRemovedFromClosed "request-property-removed-from-closed" Error Request "is gone from an object that holds nothing but what is named" "Clients that still send it are refused." ACCEPT
    ResponsePropertyAddedToClosed "response-property-added-to-closed" Error Response "is new in an object that was to hold nothing but what is named" "A client that checks what it was told refuses the response." VERSIONED
    RequestParameterStyleChanged "request-parameter-style-changed" Error Request "is written in another style" "What clients send is read as something else." STYLE
    RequestParameterExplodeChanged "request-parameter-explode-changed" Error Request "is written with its values together, or apart" "What clients send is read as something else." STYLE
    RequestParameterAllowReservedChanged "request-parameter-allow-reserved-changed" Error Request "has its reserved characters escaped, or not" "What clients send is read as something else." STYLE
    RequestParameterAllowEmptyValueRemoved "request-parameter-allow-empty-value-removed" Error Request "must not be empty any more" "Clients that send it empty are refused." ACCEPT
    RequestParameterSerializationChanged "request-parameter-serialization-changed" Error Request "is written by a media type instead of a style, or the reverse" "What clients send is read as something else." STYLE
    RequestBodyEncodingChanged "request-body-encoding-changed" Error Request "is a part that is written in another style" "Parts that clients send are read as something else." STYLE
    RequestBodyEncodingNarrowed "request-body-encoding-narrowed" Error Request "is a part that is taken in fewer media types" "A client that sends the part in a type that is gone is refused." ACCEPT
    RequestBodyEncodingWidened "request-body-encoding-widened" Info Request "is a part that is taken in more media types" "What a client sends is still accepted." NOTHING
    ResponseBodyEncodingChanged "response-body-encoding-changed" Error Response "is a part that is written in another style" "What a client is given reads as something else." STYLE
    ResponseBodyEncodingNarrowed "response-body-encoding-narrowed" Info Response "is a part that is given in fewer media types" "Clients are given nothing that they were not told to expect." NOTHING
    ResponseBodyEncodingWidened "response-body-encoding-widened" Error Response "is a part that is given in more media types" "A client may be given a part in a type that it was not told to expect." VERSIONED
    ItemSchemaAdded "item-schema-added" Info Response "has a schema for each item of a stream" "What is sent is described more closely." NOTHING
    ItemSchemaRemoved "item-schema-removed" Warning Response "has no schema for the items of a stream any more" "Items may be anything now." KEEP
    ServerAdded "server-added" Info None "is a new address" "Clients go on with the one that they know." NOTHING
    ServerRemoved "server-removed" Warning None "is an address that is gone" "Clients that call it may find nobody." SERVER
    ApiSecurityTightened "api-security-tightened" Error None "cannot be called any more with what was enough before" "Every client that came in before is refused." SECURITY
    ApiSecurityRelaxed "api-security-relaxed" Info None "can be called by everybody" "Whoever came in before still does." NOTHING
    CallbackAdded "callback-added" Info None "is a new callback" "Clients that do not ask for it are not called." NOTHING
    CallbackRemoved "callback-removed" Error None "is a callback that is gone" "Who waits to be called waits for ever." KEEP
    ResponseLinkAdded "response-link-added" Info Response "is a new link" "Clients ignore what they do not know." NOTHING
    ResponseLinkRemoved "response-link-removed" Warning Response "is a link that is gone" "A client that follows it finds nothing." KEEP
    DocumentDuplicateKey "document-duplicate-key" Warning None "stands twice in one object" "Readers do not agree which one counts; here it is the last." TEXT
    DocumentDuplicatePath "document-duplicate-path" Warning None "is the same path as another one" "Nobody can say which of the two a request means." TEXT
    DocumentDanglingReference "document-dangling-reference" Warning None "is a reference that leads nowhere" "What it stands for is unknown, and was not compared." TEXT
    DocumentCyclicReference "document-cyclic-reference" Warning None "is a reference that leads back to itself" "It stands for nothing, and was not compared." TEXT
    DocumentRemoteReference "document-remote-reference" Warning None "is a reference to another machine" "It was not asked, and what it stands for was not compared." REMOTE
    DocumentNotCompared "document-not-compared" Warning None "could not be compared" "What it stands for is known on one side at most, so nobody can say whether a client breaks." TEXT
    DocumentUnknownVersion "document-unknown-version" Warning None "follows a version that is not known" "What its words mean is not known; it was read as the nearest version." TEXT
    DocumentWrongType "document-wrong-type" Warning None "has another type than the specification says" "What it was to say is unknown, and was not compared." TEXT
    SuppressionExpired "suppression-expired" Warning None "is a suppression whose time is over" "What it allowed counts again." SUPPRESS
    SuppressionUnused "suppression-unused" Warning None "is a suppression that suppresses nothing" "It would hide the next change of its kind." SUPPRESS
    ResponseHeaderStyleChanged "response-header-style-changed" Error Response "is a header that is written in another style" "What a client is given reads as something else." STYLE
    ResponseHeaderExplodeChanged "response-header-explode-changed" Error Response "is a header that is written with its values together, or apart" "What a client is given reads as something else." STYLE
    ResponseHeaderSerializationChanged "response-header-serialization-changed" Error Response "is a header that is written by a media type instead of a style, or the reverse, or by another media type" "What a client is given reads as something else." STYLE
    RequestParameterAllowReservedCompatible "request-parameter-allow-reserved-compatible" Info Request "has its reserved characters escaped or not, and what was sent before is still understood" "Escaped characters mean what they meant before." NOTHING
    RequiredCallbackParameterRemoved "required-callback-parameter-removed" Error Response "is a parameter of a callback or a webhook that is gone, and was always there" "Who is called relies on it and finds nothing." KEEP
    ResponseStatusRangeNarrowed "response-status-range-narrowed" Info Response "is a range of statuses of which only some are left" "Clients are given nothing that the range did not tell them to expect." NOTHING
    ApiSecuritySchemeChanged "api-security-scheme-changed" Error None "is a way to authenticate that asks for something else now" "What clients send to be let in is not looked at any more." SECURITY
    ServerVariableNarrowed "server-variable-narrowed" Warning None "is a variable of an address that has fewer values" "Clients that call the address with a value that is gone may find nobody." SERVER
    ServerVariableWidened "server-variable-widened" Info None "is a variable of an address that has more values" "Clients go on with the values that they know." NOTHING
    ApiSecurityComponentOauthDeviceUrlChanged "api-security-component-oauth-device-url-changed" Info None "asks for consent on another device at another address" "Clients that read the address from the description go on; those that wrote it down do not." SECURITY
    ApiSecurityComponentOauthRefreshUrlChanged "api-security-component-oauth-refresh-url-changed" Info None "renews tokens at another address" "Clients that read the address from the description go on; those that wrote it down do not." SECURITY
    ApiSecurityComponentOauthMetadataUrlChanged "api-security-component-oauth-metadata-url-changed" Info None "describes its server of tokens at another address" "Clients that read the address from the description go on; those that wrote it down do not." SECURITY
    ApiSelfChanged "api-self-changed" Info None "has another address of its own" "Other descriptions refer to this one by its address; what operations take and give is the same." NAME
    ServerVariableDefaultChanged "server-variable-default-changed" Warning None "is a variable of an address that stands for something else where nobody says" "Clients that leave it as it is call another address." SERVER
    }
}
