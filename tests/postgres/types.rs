//! Types: the canonical spelling is what `format_type` of the server prints.

use schema_core::{Column, ColumnType, ColumnValue, Dialect, Name, render};

use crate::postgres::{Database, database};

const SPELLINGS: &str = "bool boolean int2 smallint int int4 integer int8 bigint float4 real float8 float float(1) float(24)
float(25) float(53) numeric decimal dec numeric(10) numeric(10,2) decimal(10,2) dec(5,0) numeric(3,-2) varchar
varchar(20) char char(1) char(3) character character(5) bpchar bpchar(3) nchar nchar(2) \"char\" text name bytea uuid json
jsonb xml date time time(3) timetz timetz(0) timestamp timestamp(6) timestamptz timestamptz(3) interval interval(3)
bit bit(3) varbit varbit(7) inet cidr macaddr macaddr8 money oid point line lseg box path polygon circle tsvector
tsquery int4range int8range numrange tsrange tstzrange daterange int4multirange regclass regtype pg_lsn txid_snapshot
int[] int[3] int[][] int[3][4] _int4 _text text[] varchar(20)[] numeric(10,2)[] timestamptz(3)[] _timestamptz _bpchar
_varchar _bool _name uuid[] jsonb[] _jsonb char(3)[] bit(3)[] \"char\"[] float8[] float(3)[] _float8 date[] _date
INT Integer TEXT VarChar(20) pg_catalog.int4 pg_catalog.varchar(5) pg_catalog.bpchar(3) pg_catalog.bit(3)
pg_catalog.timestamptz pg_catalog._int4 pg_catalog.bool pg_catalog.\"char\" \"int4\" \"varchar\"(7) \"timestamptz\"
\"bool\" \"numeric\"(4,2) \"bpchar\" pg_catalog.numeric pg_catalog.interval pg_catalog.float8 pg_catalog.timestamp(2)
mood Mood \"mood\" \"Mood\" public.mood other.mood other.\"Kind\" mood[] \"Mood\"[] _mood other.mood[] \"integer\"
\"order\" public.\"order\" other.\"select\"[] pg_catalog.text posint \"timestamp\" \"timetz\"(2) \"time\" \"interval\" \"bit\"(3)
\"text\" \"date\"[] \"float4\" pg_catalog.json \"bit\" pg_catalog.bit _bit \"json\" json[] _json
\"varbit\"(3) \"time\"(2)[] pg_catalog.\"bit\"(2)[] pg_catalog.varbit pg_catalog.name";

const SPACED: [&str; 39] = [
    "double precision",
    "DOUBLE  PRECISION[]",
    "character varying",
    "character varying(20)",
    "character varying ( 20 ) [ ]",
    "char varying(4)",
    "national character(3)",
    "national character varying(5)",
    "national char varying(5)",
    "nchar varying(6)",
    "bit varying",
    "bit varying(8)",
    "bit varying(8)[]",
    "time with time zone",
    "time without time zone",
    "time(3) with time zone",
    "time(3) without time zone[]",
    "timestamp with time zone",
    "timestamp without time zone",
    "timestamp(3) with time zone",
    "timestamp (3) without time zone []",
    "interval year",
    "interval month",
    "interval day",
    "interval hour",
    "interval minute",
    "interval second",
    "interval second(3)",
    "interval year to month",
    "interval day to hour",
    "interval day to minute",
    "interval day to second",
    "interval day to second(3)",
    "interval hour to minute",
    "interval hour to second",
    "interval minute to second(0)",
    "integer array",
    "integer ARRAY[4]",
    "numeric ( 10 , 2 )",
];

const SETUP: &str = "CREATE SCHEMA other; CREATE TYPE mood AS ENUM ('a'); CREATE TYPE \"Mood\" AS ENUM ('a');
CREATE TYPE other.mood AS ENUM ('a'); CREATE TYPE other.\"Kind\" AS ENUM ('a'); CREATE TYPE \"integer\" AS ENUM ('a');
CREATE TYPE \"order\" AS ENUM ('a'); CREATE TYPE other.\"select\" AS ENUM ('a'); CREATE DOMAIN posint AS integer;";

fn spellings() -> Vec<&'static str> {
    SPELLINGS.split_whitespace().chain(SPACED).collect()
}

/// What the server prints for the types of these columns, in their order.
fn printed(database: &Database, columns: &[String]) -> Vec<String> {
    database.run(&format!("DROP TABLE IF EXISTS t; CREATE TABLE t ({})", columns.join(",\n")));
    database.lines(
        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute
         WHERE attrelid = 't'::regclass AND attnum > 0 ORDER BY attnum",
    )
}

#[test]
fn canonical_is_what_the_server_prints() {
    let Some(database) = database("the spellings of types against format_type()") else { return };
    database.run(SETUP);
    let spellings = spellings();
    let written: Vec<String> = spellings.iter().enumerate().map(|(at, ty)| format!("c{at} {ty}")).collect();
    let canonical: Vec<String> =
        spellings.iter().map(|written| ColumnType::parse(Dialect::Postgres, written).as_str().to_owned()).collect();
    let printed = printed(&database, &written);
    assert_eq!(printed.len(), spellings.len());
    // An array of one's own type has its catalogue name only in the catalogue.
    let wrong: Vec<_> = spellings
        .iter()
        .zip(printed.iter().zip(&canonical))
        .filter(|(written, (printed, canonical))| printed != canonical && **written != "_mood")
        .collect();
    assert!(wrong.is_empty(), "(written, (printed, canonical)): {wrong:#?}");
}

/// The canonical text is a type itself, and the same one; so is what is rendered for it.
#[test]
fn canonical_and_rendered_types_are_the_type() {
    let Some(database) = database("canonical and rendered types") else { return };
    database.run(SETUP);
    let types: Vec<ColumnType> =
        spellings().iter().map(|written| ColumnType::parse(Dialect::Postgres, written)).collect();
    for ty in &types {
        assert_eq!(ColumnType::parse(Dialect::Postgres, ty.as_str()), *ty);
    }
    let canonical: Vec<String> = types.iter().enumerate().map(|(at, ty)| format!("c{at} {ty}")).collect();
    let rendered: Vec<String> = types.iter().enumerate().map(|(at, ty)| column(at, ty)).collect();
    let expected = printed(&database, &canonical);
    assert_eq!(printed(&database, &rendered), expected);
}

fn column(at: usize, ty: &ColumnType) -> String {
    let column = Column {
        name: Name::new(Dialect::Postgres, format!("c{at}")),
        ty: ty.clone(),
        nullable: true,
        value: ColumnValue::Given,
        collation: None,
        on_conflict: None,
        comment: None,
    };
    render::column(Dialect::Postgres, &column)
}
