//! `schema! { … }`: the set of migrations as a static, and the checks across tables.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use schema_core::{Migration, ObjectName, Path};
use schema_model::SchemaMacro;
use schema_replay::{Blueprint, Object};
use syn::ext::IdentExt as _;

use crate::host::{self, Host, State};

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let item = match syn::parse2::<SchemaMacro>(input) {
        Ok(item) => item,
        Err(error) => return error.to_compile_error(),
    };
    let span = item.directory.span();
    let state = host::state(span, Some(&item.directory.value()));
    let quiet = host::in_editor();
    let errors = if quiet { Vec::new() } else { state.announce(span, Some(&item.directory.value())) };
    let errors = errors.iter().map(syn::Error::to_compile_error);
    match &*state {
        State::Ready(host) => {
            let tracked = state.track();
            let value = database(&item, host);
            let claims = if quiet { TokenStream::new() } else { claims(&item, host) };
            let guard = guard(&item, host, span);
            let item = declare(&item, &value);
            quote!(#item #tracked #claims #guard #(#errors)*)
        }
        State::Absent | State::Broken(_) => {
            let item = declare(&item, &quote!(::driftless::__private::sqlite(&[], "", &[])));
            quote!(#item #(#errors)*)
        }
    }
}

fn declare(item: &SchemaMacro, value: &TokenStream) -> TokenStream {
    let SchemaMacro { attributes, visibility, ident, .. } = item;
    quote! {
        #(#attributes)*
        #visibility static #ident: ::driftless::__private::Sqlite = #value;
    }
}

/// The migrations with their texts, the chain over them, the schema they end at, and the models.
fn database(item: &SchemaMacro, host: &Host) -> TokenStream {
    let mut chain = String::new();
    for migration in &host.set.migrations {
        chain = schema_core::chain(&chain, &migration.version, &migration.checksum);
    }
    let migrations: Vec<TokenStream> = host.set.migrations.iter().map(migration).collect();
    let (downs, with_downs) = downs(host);
    let catalogue = &host.replay.catalogue;
    let count = migrations.len();
    let fingerprints = &host.replay.fingerprints;
    let (statics, blueprint) = host.replay.blueprint.as_ref().map(blueprint).unzip();
    let models = item.models.iter().map(model);
    quote! {{
        static MIGRATIONS: [::driftless::__private::Migration; #count] = [#(#migrations),*];
        const MODELS: &[::driftless::__private::ModelMeta] = &[#(#models),*];
        #downs
        #statics
        ::driftless::__private::sqlite(&MIGRATIONS, #chain, &[#(#catalogue),*])
            .with_models(MODELS)
            .with_fingerprints(&[#(#fingerprints),*])
            #with_downs
            #blueprint
    }}
}

fn migration(migration: &Migration) -> TokenStream {
    let Migration { version, name, file, sql, checksum, no_transaction } = migration;
    quote!(::driftless::__private::migration(#version, #name, #file, #sql, #checksum, #no_transaction))
}

/// What takes the migrations back, where there is anything, and the call that adds it.
fn downs(host: &Host) -> (TokenStream, TokenStream) {
    let downs: Vec<TokenStream> = host.downs.iter().map(migration).collect();
    let count = downs.len();
    if count == 0 {
        return (TokenStream::new(), TokenStream::new());
    }
    (quote!(static DOWNS: [::driftless::__private::Migration; #count] = [#(#downs),*];), quote!(.with_downs(&DOWNS)))
}

/// How the program calls a table and its columns.
fn model(model: &syn::Path) -> TokenStream {
    let name = model.segments.last().map_or_else(String::new, |segment| segment.ident.unraw().to_string());
    quote! {
        ::driftless::__private::ModelMeta {
            name: #name,
            table: <#model as ::driftless::__private::Table>::NAME,
            columns: <#model as ::driftless::__private::Table>::COLUMNS,
        }
    }
}

/// All that is in a new database, and the call that adds it.
fn blueprint(blueprint: &Blueprint) -> (TokenStream, TokenStream) {
    let Blueprint { objects, counters, digest, engine } = blueprint;
    let count = objects.len();
    let objects = objects.iter().map(|object| {
        let Object { kind, name, table, sql, tree } = object;
        let sql = option(sql.as_deref());
        let tree = syn::Ident::new(&format!("{tree:?}"), Span::call_site());
        quote!(::driftless::__private::object(#kind, #name, #table, #sql, ::driftless::__private::Tree::#tree))
    });
    let counts = counters.len();
    let counters = counters.iter().map(|(name, last)| {
        let last = option(*last);
        quote!((::driftless::__private::Cow::Borrowed(#name), #last))
    });
    let statics = quote! {
        static OBJECTS: [::driftless::__private::Object; #count] = [#(#objects),*];
        static COUNTERS: [::driftless::__private::Counter; #counts] = [#(#counters),*];
        static BLUEPRINT: ::driftless::__private::Blueprint =
            ::driftless::__private::blueprint(&OBJECTS, &COUNTERS, #digest, #engine);
    };
    (statics, quote!(.with_blueprint(&BLUEPRINT)))
}

fn option(value: Option<impl ToTokens>) -> TokenStream {
    let none = || quote!(::core::option::Option::None);
    value.map_or_else(none, |value| quote!(::core::option::Option::Some(#value)))
}

/// Has rustc prove that each table has one listed model, checked against these migrations.
fn claims(item: &SchemaMacro, host: &Host) -> TokenStream {
    let list = item.ident.span();
    let models = item.models.iter().map(|model| {
        quote!((<#model as ::driftless::__private::Table>::NAME, <#model as ::driftless::__private::Table>::CHECKED))
    });
    let proofs = host.tables().filter(|name| !host.is_excused(name)).map(|name| claim(item, host, name));
    let duplicates = (item.models.len() > host.tables().count())
        .then(|| quote_spanned!(list=> const _: () = ::driftless::__private::distinct(MODELS);));
    quote_spanned! {list=>
        const _: () = {
            const MODELS: &[::driftless::__private::Claim] = &[#(#models),*];
            #(#proofs)*
            #duplicates
        };
    }
}

fn claim(item: &SchemaMacro, host: &Host, name: &ObjectName) -> TokenStream {
    let table = name.name.as_str();
    let model = host.model_of(name);
    let position = item.models.iter().position(|path| {
        path.segments.last().is_some_and(|segment| model.as_ref().is_some_and(|model| segment.ident == model))
    });
    let hint = position.unwrap_or(usize::MAX);
    let digest = host.digest;
    let place = host
        .replay
        .map
        .get(&Path::Table(name.clone()))
        .map_or_else(String::new, |place| format!("\n  migrations:  TABLE {name}   {place}"));
    let missing = match &model {
        Some(model) => format!(
            "table `{name}` has the model `{model}`, which is not listed in `{}`{place}\n  help: add `{model}` to the list",
            item.ident
        ),
        None => format!(
            "table `{name}` has no model in `{}`{place}\n  help: write a model for it, or run `cargo driftless new drop_{table}`",
            item.ident
        ),
    };
    let other = format!(
        "the model of table `{name}` was checked against other migrations than those of `{}`{place}\n  \
         help: name this directory in the `driftless.toml` of the package that has the model",
        item.ident
    );
    let (missing, other) = (host::for_rustc(&missing), host::for_rustc(&other));
    let span = item.ident.span();
    quote_spanned! {span=>
        const _: () = ::driftless::__private::claim(MODELS, #hint, #table, #digest, #missing, #other);
    }
}

/// A test that notices a migration which was added since the build: cargo does not watch directories
/// for macros.
fn guard(item: &SchemaMacro, host: &Host, span: Span) -> TokenStream {
    let name = syn::Ident::new(&format!("{}_embeds_every_migration", item.ident.to_string().to_lowercase()), span);
    let dir = host::path(&host.project.dir);
    let database = &item.ident;
    quote! {
        #[cfg(test)]
        #[test]
        fn #name() {
            ::driftless::__private::assert_embedded(&#database, #dir);
        }
    }
}
