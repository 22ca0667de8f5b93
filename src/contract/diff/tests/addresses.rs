//! Where an API is called: what is written at the end of an address may as well be written at the start of each path.

use std::collections::BTreeSet;

use super::{compared, ids};

fn api(servers: &str, paths: &[&str]) -> String {
    let operation = "{get: {responses: {'200': {description: ok}}}}";
    let paths: Vec<String> = paths.iter().map(|path| format!("{path}: {operation}")).collect();
    format!(
        "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\n{servers}\npaths: {{{}}}\n",
        paths.join(", ")
    )
}

fn servers(urls: &[&str]) -> String {
    let urls: Vec<String> = urls.iter().map(|url| format!("{{url: '{url}'}}")).collect();
    format!("servers: [{}]", urls.join(", "))
}

#[track_caller]
fn check(base: &str, revision: &str, expect: &[&str]) {
    let expect: BTreeSet<String> = expect.iter().map(|id| (*id).to_owned()).collect();
    assert_eq!(ids(&compared(base, revision)), expect, "{base}\n{revision}");
}

#[test]
fn no_address_is_the_one_of_the_document() {
    let none = api("", &["/pets"]);
    for other in ["servers: []", "servers: [{url: /}]", "servers: [{url: ''}]"] {
        let other = api(other, &["/pets"]);
        check(&none, &other, &[]);
        check(&other, &none, &[]);
    }
    let other = api(&servers(&["https://a"]), &["/pets"]);
    check(&api("servers: [{url: /}]", &["/pets"]), &other, &["server-added"]);
}

#[test]
fn a_base_path_may_stand_in_the_address_or_in_each_path() {
    let pairs = [
        (vec!["https://a/v1"], vec!["https://a"]),
        (vec!["https://a/v1/"], vec!["https://a/"]),
        (
            vec!["https://a/api/v1", "https://b/api/v1"],
            vec!["https://a/api", "https://b/api"],
        ),
        (vec!["/v1"], vec!["/"]),
        (vec!["/v1"], vec![]),
    ];
    for (long, short) in pairs {
        let in_address = api(&servers(&long), &["/pets", "'/pets/{id}'"]);
        let in_paths = api(&servers(&short), &["/v1/pets", "'/v1/pets/{name}'"]);
        for (base, revision) in [(&in_address, &in_paths), (&in_paths, &in_address)] {
            let found = ids(&compared(base, revision));
            let of_paths: Vec<&String> = found.iter().filter(|id| !id.contains("parameter")).collect();
            assert!(of_paths.is_empty(), "{base}\n{revision}\n{found:?}");
        }
    }
    // What is gone is gone all the same.
    check(
        &api(&servers(&["https://a/v1"]), &["/pets", "/toys"]),
        &api(&servers(&["https://a"]), &["/v1/pets"]),
        &["api-path-removed-without-deprecation"],
    );
    // Another address, and paths that did not take in what it lost.
    let servers_changed = ["server-added", "server-removed"];
    check(
        &api(&servers(&["https://a/v1"]), &["/pets"]),
        &api(&servers(&["https://a"]), &["/pets"]),
        &servers_changed,
    );
    check(
        &api(&servers(&["https://a/v1"]), &["/pets"]),
        &api(&servers(&["https://b"]), &["/v1/pets"]),
        &servers_changed,
    );
}

#[test]
fn the_base_path_of_swagger_is_part_of_the_address() {
    let swagger = "swagger: '2.0'\ninfo: {title: t, version: '1'}\nhost: a\nbasePath: /v1\nschemes: [https]\npaths: {/pets: {get: {responses: {'200': {description: ok}}}}}\n";
    check(swagger, &api(&servers(&["https://a/v1"]), &["/pets"]), &[]);
    check(swagger, &api(&servers(&["https://a"]), &["/v1/pets"]), &[]);
}
