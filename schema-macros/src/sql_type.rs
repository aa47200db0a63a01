//! `#[derive(SqlType)]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use schema_model::{SqlTypeModel, SqlTypeStorage};
use syn::spanned::Spanned as _;

use crate::host;

pub(crate) fn expand(input: &syn::DeriveInput) -> TokenStream {
    let ident = &input.ident;
    let (fact, errors) = match SqlTypeModel::parse(input) {
        Ok(model) => (fact(&model), TokenStream::new()),
        // A fact beside the error that no field fails by.
        Err(error) => (quote!(::driftless::__private::REFUSED), host::compile_errors([error])),
    };
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #generics ::driftless::__private::SqlType for #ident #arguments #bounds {
            const TYPE: ::driftless::__private::TypeFact = #fact;
        }
        #errors
    }
}

fn fact(model: &SqlTypeModel) -> TokenStream {
    match &model.storage {
        SqlTypeStorage::Newtype(inner) => {
            quote_spanned!(inner.span()=> <#inner as ::driftless::__private::SqlType>::TYPE)
        }
        SqlTypeStorage::Enum { variants, postgres_enum } => {
            let texts = variants.iter().map(|variant| &variant.text);
            let fact = quote!(::driftless::__private::TypeFact::text_enum(&[#(#texts),*]));
            match postgres_enum {
                Some(name) => {
                    let name = &name.value;
                    quote!(#fact.declared("TEXT", #name))
                }
                None => fact,
            }
        }
    }
}
