//! The input of `schema! { … }`.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, LitStr, Path, Result, Token, Visibility};

/// `/// docs  pub static APP: Sqlite = "migrations" [User, Role];`
///
/// ```
/// use schema_model::SchemaMacro;
/// let schema: SchemaMacro = syn::parse_str(r#"pub static APP: Sqlite = "migrations" [User, Role];"#)?;
/// assert_eq!((schema.ident.to_string(), schema.directory.value()), ("APP".to_owned(), "migrations".to_owned()));
/// assert!(schema.models[1].is_ident("Role"));
/// let error = syn::parse_str::<SchemaMacro>(r#"static APP: MySql = "migrations" [];"#).unwrap_err();
/// assert_eq!(error.to_string(), "unknown engine `MySql`; expected `Sqlite`");
/// # Ok::<_, syn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SchemaMacro {
    /// The attributes of the static, among them its docs.
    pub attributes: Vec<Attribute>,
    /// Its visibility.
    pub visibility: Visibility,
    /// Its name.
    pub ident: Ident,
    /// The engine, `Sqlite`.
    pub engine: Ident,
    /// The migrations directory, relative to the directory of the package.
    pub directory: LitStr,
    /// The models, in the order of the source.
    pub models: Vec<Path>,
}

impl Parse for SchemaMacro {
    fn parse(input: ParseStream<'_>) -> Result<SchemaMacro> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        expect::<Token![static]>(input)?;
        let ident = input.parse()?;
        expect::<Token![:]>(input)?;
        let engine = input.call(Ident::parse_any)?;
        if engine != "Sqlite" {
            return Err(Error::new(engine.span(), format!("unknown engine `{engine}`; expected `Sqlite`")));
        }
        expect::<Token![=]>(input)?;
        let directory = expect::<LitStr>(input)?;
        if !input.peek(syn::token::Bracket) {
            return Err(input.error(format!("expected the list of models, as in {EXAMPLE}")));
        }
        let content;
        syn::bracketed!(content in input);
        let models = Punctuated::<Path, Token![,]>::parse_terminated_with(&content, Path::parse_mod_style)?;
        if !input.is_empty() {
            input.parse::<Token![;]>()?;
        }
        Ok(SchemaMacro { attributes, visibility, ident, engine, directory, models: models.into_iter().collect() })
    }
}

const EXAMPLE: &str = "`pub static APP: Sqlite = \"migrations\" [User, Role];`";

fn expect<T: Parse>(input: ParseStream<'_>) -> Result<T> {
    let span = input.span();
    input.parse().map_err(|error| {
        let place = if input.is_empty() { error.span() } else { span };
        Error::new(place, format!("{error}; write {EXAMPLE}"))
    })
}
