//! The trait of everything that a column can hold, for the types of the standard library.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use schema_core::TypeFact;

/// A Rust type that a column can hold.
///
/// The derive macros prove every field's type through this trait, so aliases, newtypes and an
/// `Option` behind an alias are seen as what they are. Derive it for newtypes and enums of your own
/// (`#[derive(SqlType)]`), or implement it by hand:
///
/// ```
/// use schema_runtime::{SqlType, TypeFact};
///
/// struct Money(i64);
///
/// impl SqlType for Money {
///     const TYPE: TypeFact = <i64 as SqlType>::TYPE;
/// }
///
/// assert_eq!(Money::TYPE.sqlite, "INTEGER");
/// assert!(<Option<Money>>::TYPE.nullable);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a SQL column",
    label = "this type has no `SqlType`",
    note = "a type of your own gets it with `#[derive(SqlType)]`: a newtype is stored as what it wraps, an enum of unit variants as text",
    note = "`u64`, `usize`, `i128` and `u128` do not fit the database's signed 64-bit integers: use `i64`, or `u32` for small numbers",
    note = "a type of another crate goes into a newtype of your own that implements `SqlType` by hand"
)]
pub trait SqlType {
    /// What the database stores for it.
    const TYPE: TypeFact;
}

// Below an error rustc lists what implements the trait. The numbers help; the rest would show this source.
macro_rules! facts {
    ($($(#[$attribute:meta])* $ty:ty => $fact:ident,)*) => {
        $($(#[$attribute])*
        impl SqlType for $ty {
            const TYPE: TypeFact = TypeFact::$fact;
        })*
    };
}

facts! {
    i64 => BIG_INTEGER,
    u32 => BIG_INTEGER,
    i32 => INTEGER,
    u16 => INTEGER,
    i16 => SMALL_INTEGER,
    i8 => SMALL_INTEGER,
    u8 => SMALL_INTEGER,
    bool => BOOL,
    f64 => DOUBLE,
    f32 => FLOAT,
    #[diagnostic::do_not_recommend]
    str => TEXT,
    String => TEXT,
    #[diagnostic::do_not_recommend]
    [u8] => BLOB,
    #[diagnostic::do_not_recommend]
    Vec<u8> => BLOB,
}

#[diagnostic::do_not_recommend]
impl<const N: usize> SqlType for [u8; N] {
    const TYPE: TypeFact = TypeFact::BLOB;
}

impl<T: SqlType> SqlType for Option<T> {
    const TYPE: TypeFact = T::TYPE.optional();
}

macro_rules! transparent {
    ($($pointer:ident),*) => {
        $(#[diagnostic::do_not_recommend]
        impl<T: SqlType + ?Sized> SqlType for $pointer<T> {
            const TYPE: TypeFact = T::TYPE;
        })*
    };
}

transparent!(Box, Rc, Arc);

#[diagnostic::do_not_recommend]
impl<T: SqlType + ?Sized> SqlType for &T {
    const TYPE: TypeFact = T::TYPE;
}

#[diagnostic::do_not_recommend]
impl<T: SqlType + ToOwned + ?Sized> SqlType for Cow<'_, T> {
    const TYPE: TypeFact = T::TYPE;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the macros guess by name is what the trait proves.
    #[test]
    fn the_guess_by_name_is_the_fact() {
        macro_rules! same {
            ($($name:literal: $ty:ty,)*) => {
                $(assert_eq!(TypeFact::standard($name), Some(<$ty as SqlType>::TYPE), $name);)*
            };
        }
        same! {
            "i64": i64, "u32": u32, "i32": i32, "u16": u16, "i16": i16, "i8": i8, "u8": u8,
            "bool": bool, "f64": f64, "f32": f32,
            "String": String, "Box<str>": Box<str>, "Arc<str>": Arc<str>, "Rc<str>": Rc<str>,
            "Cow<'static,str>": Cow<'static, str>, "&'staticstr": &'static str,
            "Vec<u8>": Vec<u8>, "Box<[u8]>": Box<[u8]>,
        }
    }

    #[test]
    fn wrappers_add_nothing_but_null() {
        assert_eq!(<Option<Arc<[u8; 16]>> as SqlType>::TYPE, TypeFact::BLOB.optional());
        assert_eq!(<Option<Option<bool>> as SqlType>::TYPE, TypeFact::BOOL.optional());
        assert_eq!(<Cow<'_, [u8]> as SqlType>::TYPE, TypeFact::BLOB);
    }
}
