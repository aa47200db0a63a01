//! `#[derive(Table)]`.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use schema_core::{Dialect, Name, Table, render};
use schema_model::check::{Found, ReferenceProof, TypeProof, Verdict, check};
use schema_model::{Desired, Model, StandardTypes, TypeResolver as _};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;

use crate::host::{self, Host, State};

pub(crate) fn expand(input: &syn::DeriveInput) -> TokenStream {
    let ident = &input.ident;
    let model = match Model::parse(input) {
        Ok(model) => model,
        Err(errors) => return refused(input, errors),
    };
    let desired = match model.lower(Dialect::Sqlite, &StandardTypes) {
        Ok(desired) => desired,
        Err(errors) => return refused(input, errors),
    };
    if host::in_editor() {
        return implement(&model, &desired, &desired.table, 0);
    }
    let state = host::state(ident.span(), None);
    let mut errors = state.announce(ident.span(), None);
    let mut code = state.track();
    match &*state {
        State::Ready(host) => {
            let verdict = compare(&model, &desired, host);
            let denied: Vec<_> = verdict.diagnostics.iter().filter(|found| state.denies(found.code)).collect();
            errors.extend(denied.iter().map(|found| {
                // rustc underlines from the first token to the last.
                let tokens = [found.span, found.end].map(|span| syn::Ident::new("_", span));
                syn::Error::new_spanned(quote!(#(#tokens)*), host::for_rustc(&found.message))
            }));
            verdict.meant.iter().for_each(|table| host.excuse(table));
            host.note_model(&desired.table.name, &ident.to_string());
            let digest = if denied.is_empty() { host.digest } else { 0 };
            code.extend(implement(&model, &desired, &verdict.table, digest));
            code.extend(verdict.types.iter().map(|proof| prove_type(proof, &verdict.table)));
            code.extend(verdict.references.iter().map(prove_reference));
            code.extend(prove_standard_types(&desired));
        }
        State::Absent | State::Broken(_) => code.extend(implement(&model, &desired, &desired.table, 0)),
    }
    code.extend(host::compile_errors(errors));
    code
}

fn compare(model: &Model, desired: &Desired, host: &Host) -> Verdict {
    let found = Found { inspection: &host.replay.inspection, map: &host.replay.map };
    check(&model.ident.to_string(), desired, found)
}

/// The errors, and an empty implementation beside them, so that whatever refers to the model does
/// not fail as well.
fn refused(input: &syn::DeriveInput, errors: syn::Error) -> TokenStream {
    let ident = &input.ident;
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    let errors = host::compile_errors([errors]);
    quote! {
        #errors
        #[automatically_derived]
        impl #generics ::driftless::__private::Table for #ident #arguments #bounds {
            const NAME: &'static ::core::primitive::str = "";
            const SCHEMA: ::core::option::Option<&'static ::core::primitive::str> = ::core::option::Option::None;
            const COLUMNS: &'static [::driftless::__private::ColumnMeta] = &[];
            const DDL: ::driftless::__private::Ddl = ::driftless::__private::Ddl {
                sqlite: ::driftless::__private::Statements::NONE,
                postgres: ::driftless::__private::Statements::NONE,
            };
        }
    }
}

/// The implementation of the trait.
fn implement(model: &Model, desired: &Desired, table: &Table, checked: u64) -> TokenStream {
    let ident = &model.ident;
    let name = table.name.name.as_str();
    let schema = if let Some(schema) = &table.name.schema {
        let schema = schema.as_str();
        quote!(::core::option::Option::Some(#schema))
    } else {
        quote!(::core::option::Option::None)
    };
    let columns = desired.fields.iter().map(|field| {
        let (rust, column, ty) = (field.field.unraw().to_string(), field.column.as_str(), &field.ty);
        quote_spanned! {ty.span()=>
            ::driftless::__private::ColumnMeta {
                field: #rust,
                name: #column,
                fact: <#ty as ::driftless::__private::SqlType>::TYPE,
            }
        }
    });
    let sqlite = statements(Dialect::Sqlite, table, &[]);
    let postgres = postgres(model, table);
    quote! {
        #[automatically_derived]
        impl ::driftless::__private::Table for #ident {
            const NAME: &'static ::core::primitive::str = #name;
            const SCHEMA: ::core::option::Option<&'static ::core::primitive::str> = #schema;
            const COLUMNS: &'static [::driftless::__private::ColumnMeta] = &[#(#columns),*];
            const DDL: ::driftless::__private::Ddl = ::driftless::__private::Ddl { sqlite: #sqlite, postgres: #postgres };
            const CHECKED: ::core::primitive::u64 = #checked;
        }
    }
}

/// What stands in DDL for the type of a column that only rustc can resolve.
fn placeholder(index: usize) -> String {
    format!("driftless_open_type_{index}_")
}

/// The DDL for PostgreSQL, or none where the model states what PostgreSQL does not have.
fn postgres(model: &Model, table: &Table) -> TokenStream {
    let Ok(mut desired) = model.lower(Dialect::Postgres, &StandardTypes) else {
        return quote!(::driftless::__private::Statements::NONE);
    };
    name_parents(&mut desired, table);
    let mut types = Vec::new();
    for (index, open) in desired.open_types.iter().enumerate().filter(|(_, open)| !open.declared) {
        if let Some(column) = desired.table.columns.iter_mut().find(|column| column.name == open.column) {
            column.ty = schema_core::ColumnType::parse(Dialect::Postgres, &placeholder(index));
            types.push((placeholder(index), open.ty.clone()));
        }
    }
    statements(Dialect::Postgres, &desired.table, &types)
}

/// Gives the foreign keys the parents that the migrations name: one model does not see how another one is called.
fn name_parents(desired: &mut Desired, table: &Table) {
    let guessed = desired.references.iter().filter(|reference| !reference.resolved);
    let texts = |names: &[Name]| names.iter().map(|name| name.as_str().to_owned()).collect::<Vec<_>>();
    for columns in guessed.map(|reference| texts(&reference.columns)) {
        let known = table.foreign_keys.iter().find(|key| texts(&key.columns) == columns);
        let key = desired.table.foreign_keys.iter_mut().find(|key| texts(&key.columns) == columns);
        if let (Some(key), Some(known)) = (key, known) {
            key.parent.name = Name::new(Dialect::Postgres, known.parent.name.as_str());
            key.parent_columns =
                texts(&known.parent_columns).iter().map(|text| Name::new(Dialect::Postgres, &**text)).collect();
        }
    }
}

/// The statements of a table as constants; placeholders become the types that rustc knows.
fn statements(dialect: Dialect, table: &Table, types: &[(String, syn::Type)]) -> TokenStream {
    let ddl = render::table_ddl(dialect, table);
    let indexes = &ddl.indexes;
    let mut pieces = vec![];
    let mut rest = ddl.table.as_str();
    while let Some((at, (mark, ty))) =
        types.iter().filter_map(|open| Some((rest.find(&open.0)?, open))).min_by_key(|(at, _)| *at)
    {
        let (before, after) = (&rest[..at], &rest[at + mark.len()..]);
        pieces.push(quote!(#before, <#ty as ::driftless::__private::SqlType>::TYPE.postgres));
        rest = after;
    }
    let text = if pieces.is_empty() {
        quote!(#rest)
    } else {
        quote! {{
            const PARTS: &[&::core::primitive::str] = &[#(#pieces,)* #rest];
            const BYTES: [::core::primitive::u8; ::driftless::__private::length(PARTS)] =
                ::driftless::__private::joined(PARTS);
            ::driftless::__private::text(&BYTES)
        }}
    };
    quote! {
        ::driftless::__private::Statements { table: #text, indexes: &[#(#indexes),*] }
    }
}

fn option(text: Option<TokenStream>) -> TokenStream {
    if let Some(text) = text {
        quote!(::core::option::Option::Some(#text))
    } else {
        quote!(::core::option::Option::None)
    }
}

/// Has rustc compare the type of a field with the column. Every token is at the type, which is where
/// rustc shows a failure.
fn prove_type(proof: &TypeProof, table: &Table) -> TokenStream {
    let TypeProof { ty, strict, nullable, .. } = proof;
    let declared = proof.declared.as_str();
    let variants = option(proof.variants.as_ref().map(|values| {
        let values = values.iter().map(|value| &**value);
        quote!(&[#(#values),*])
    }));
    let (on_type, on_loss) = match proof.stated {
        false => (host::for_rustc(&proof.on_type(table)), String::new()),
        true => (String::new(), host::for_rustc(&proof.on_loss(table))),
    };
    let (on_null, on_variants) = (host::for_rustc(&proof.on_null(table)), host::for_rustc(&proof.on_variants(table)));
    let arguments = quote_spanned! {ty.span()=>
        <#ty as ::driftless::__private::SqlType>::TYPE,
        &::driftless::__private::Expected {
            declared: #declared,
            strict: #strict,
            nullable: #nullable,
            variants: #variants,
            on_type: #on_type,
            on_null: #on_null,
            on_loss: #on_loss,
            on_variants: #on_variants,
        },
    };
    let call = call(ty, "check_column", arguments);
    quote!(const _: () = #call;)
}

/// A call whose first token is at the first one of the type and whose last is at the last, so that
/// rustc underlines all of the type when the call fails.
fn call(ty: &syn::Type, function: &str, arguments: TokenStream) -> TokenStream {
    let mut group = Group::new(Delimiter::Parenthesis, arguments);
    group.set_span(ty.to_token_stream().into_iter().last().map_or_else(|| ty.span(), |last| last.span()));
    let function = syn::Ident::new(function, ty.span());
    quote_spanned!(ty.span()=> ::driftless::__private::#function #group)
}

/// Has rustc prove that names such as `String` mean what they look like.
fn prove_standard_types(desired: &Desired) -> TokenStream {
    let proofs = desired.fields.iter().filter_map(|field| {
        let ty = &field.ty;
        let fact = StandardTypes.fact(ty)?;
        let (storage, nullable) = (format!("{:?}", fact.storage), fact.nullable);
        let storage = syn::Ident::new(&storage, Span::call_site());
        let arguments = quote_spanned! {ty.span()=>
            <#ty as ::driftless::__private::SqlType>::TYPE,
            ::driftless::__private::Storage::#storage,
            #nullable,
        };
        Some(call(ty, "check_standard", arguments))
    });
    quote!(const _: () = { #(#proofs;)* };)
}

/// Has rustc prove that a reference names the model of the table that the migrations refer to, and
/// its fields the columns.
fn prove_reference(proof: &ReferenceProof) -> TokenStream {
    let model = &proof.model;
    let table = proof.parent.name.as_str();
    let schema = option(proof.parent.schema.as_ref().map(|schema| {
        let schema = schema.as_str();
        quote!(#schema)
    }));
    let on_table = host::for_rustc(&proof.on_table());
    let proofs = proof.fields.iter().map(|(field, column)| {
        let on_column = host::for_rustc(&proof.on_column(field, column));
        let on_field = host::for_rustc(&proof.on_field(field, column));
        let (field, column) = (field.unraw().to_string(), column.as_str());
        let model = quote!(<#model as ::driftless::__private::Table>);
        let check = quote_spanned! {proof.span=>
            ::driftless::__private::check_reference(
                (#model::NAME, #model::SCHEMA, #model::COLUMNS, #model::CHECKED),
                &::driftless::__private::Reference {
                    table: #table,
                    schema: #schema,
                    field: #field,
                    column: #column,
                    on_table: #on_table,
                    on_column: #on_column,
                    on_field: #on_field,
                },
            )
        };
        quote!(const _: () = #check;)
    });
    quote!(#(#proofs)*)
}
