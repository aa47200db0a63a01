//! Expressions: the canonical text is accepted, and means to the server what was written.

use schema_core::{Dialect, Expr};

use crate::postgres::database;

const TABLE: &str = "CREATE TABLE t (
    a integer, b integer[], c text, d date, e jsonb, f double precision, g timestamptz, i interval, k boolean, n numeric,
    p point, r int4range, s text[], u uuid, x bytea, \"Name\" text, \"order\" integer, \"time\" time, \"select\" text,
    bits bit(3), \"values\" integer, \"left\" integer, \"a b\" integer)";

const EXPRESSIONS: &str = r#"a
a >= 0
((A >= 0))
a=1 and(c<>'')
a!=1
a - -1
a-(-1)
a - - - 1
-a*-1
+a
a % 2 = 0
a ^ 2
a&1|2
a # 3
~a
@ a
|/ f
a << 1 >> 2
NOT k
not(k) or not k
k IS TRUE
k is not false
(a > 0) IS UNKNOWN
(a > 0) is not unknown
a ISNULL
a NOTNULL
c is null
a IS DISTINCT FROM NULL
a is not distinct from 1
a BETWEEN 1 AND 10
a not between symmetric 10 and 1
a IN (1, 2, 3)
c NOT IN ('a','b')
c LIKE 'a!%' ESCAPE '!'
c not ilike 'A%'
c SIMILAR TO '(a|b)%'
c ~ '^a' and c !~* 'b$'
c ~~ 'a%'
c !~~ 'a%'
c ^@ 'a'
c || 'x' || a
c||c
'a'||'b'
c COLLATE "C" < 'b'
c collate pg_catalog."C" > 'a'
b[1]
b[1:3]
b[1:]
b[:2]
b[:]
b[a:a+1]
b[a : array_length(b,1)]
b[a-1:"order"]
b[1::int:2::int]
(b)[1]
b @> ARRAY[1,2]
b && '{1,2}'
b || 3
a = ANY (b)
a = any(array[1,2])
c <> all (ARRAY['x','y']::text[])
ARRAY[[1,2],[3,4]]
array[]::integer[]
s @> ARRAY['x'] AND e ->> 'a' ~* '^x'
e->'a'->>'b'
e#>>'{a,b}' = 'c'
e #> array['a']
e @> '{"a": 1}'
e ? 'a'
e ?| array['a','b']
e ?& array['a','b']
e - 'a'
e @? '$.a'
e @@ '$.a > 1'
e['a']
cast(a as INT8)
CAST(a AS numeric(10,2))
a::text
a::VARCHAR(20)::text
c::"char"
c::char
c::bpchar
'5'::int4
n::dec(10, 2)
f::float4
g::timestamp
g::timestamptz(3)
'{1}'::int[]
'{1}'::integer ARRAY
date '2020-01-01'
DATE '2020-01-01' + 1
timestamp '2020-01-01 00:00'
timestamp with time zone '2020-01-01 00:00+00'
timestamptz '2020-01-01 00:00+00'
time '10:00'
interval '1 day'
interval '1' day
interval '1' year to month
interval '1.5' second(1)
interval(0) '1.5 seconds'
bool 't'
numeric '1.50'
float8 '1.5'
int4 '7'
point '(1,2)'
uuid '00000000-0000-0000-0000-000000000000'
x = '\x00'
x = 'a'::bytea
B'101' = bits
b'101'
X'1F'
E'a\n'
e'\''
E'a'
'it''s'
$$it's$$
$x$a$$b$x$
U&'d\0061t\+000061'
N'x'
1.5e3
.5
1.
1e-5
0
00012
TRUE
true and False
null
length(c) > 0
LENGTH( c )!=0
lower(c)
Upper("Name")
pg_catalog.lower(c)
coalesce(a, 0)
COALESCE(c,'x',"Name")
nullif(a,0)
greatest(a,1,2)
least(a, 1)
now()
g > NOW()
CURRENT_DATE
current_timestamp
CURRENT_TIMESTAMP(3)
localtime
localtimestamp(0)
current_user
session_user
CURRENT_ROLE
g at time zone 'UTC'
g AT TIME ZONE 'Europe/Berlin' > '2020-01-01'
extract(year from d)
EXTRACT(epoch FROM g)
date_part('year', d)
date_trunc('day', g)
substring(c from 1 for 2)
substring(c, 1, 2)
SUBSTRING(c FROM '^a')
overlay(c placing 'x' from 1 for 1)
position('a' in c)
trim(c)
trim(both 'x' from c)
trim(leading from c)
btrim(c, 'x')
left(c, 1)
right(c,1)
LEFT(c,1) = 'x'
concat(c, a, 'x')
format('%s', a)
concat_ws(',', variadic s)
make_interval(days => 10)
make_interval(days := 10)
num_nonnulls(a, c) = 1
num_nulls(variadic array[a, "order"]) > 0
case when a > 0 then 1 else 0 end
CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' END
case when k then a end+1
(a, c) = (1, 'x')
row(a, c) is not null
ROW(1,2) < ROW(a,3)
(a, "order") in ((1, 2), (3, 4))
(d, d + 1) overlaps (date '2020-01-01', date '2020-02-01')
"Name" IS NOT NULL
"order" = 1
"values" + "left"
"a b" > 0
t.a > 0
t."order"
"t"."Name"
public.t.a
"time" > '10:00'
time > '10:00'
"select" = 'x'
r @> 5
r -|- int4range(1, 2)
r && '[1,2)'
p <-> point '(0,0)'
p[0]
u = gen_random_uuid()
md5(c)
encode(sha256(x), 'hex')
to_tsvector('english', c) @@ to_tsquery('english', 'a & b')
to_tsvector('simple'::regconfig, c)
a operator(pg_catalog.+) 1
a OPERATOR( pg_catalog . > ) 0
i * 2
d - 1
d + interval '1 month'
g - interval '1 day' < now()
exp(1.0)
mod(a,2)=0
xmlcomment('x') is not null
jsonb_build_object('a', a)
jsonb_typeof(e) = 'object'
(e ->> 'a')::int > 0
char_length(c) <= 10
a>-1
a<=-1
a>=+1
a*-1
a<>-1
-a
- -a
-(-a)
!!('a'::tsquery)
c is normalized
c IS NFC NORMALIZED
normalize(c, NFC)
normalize(c)
a -- comment
a /* x /* nested */ y */ + 1
ceil(f)
a::float8/2
10/3.0
CAST('a' AS "char")
cast(array[1] as int8[])
pg_catalog.int4(f)
"char"(a)
"position"(c, 'a')
c like any (array['a%'])"#;

/// Each pair of constraints, as written and as canonical, is deparsed by the server to one text.
#[test]
fn canonical_means_what_was_written() {
    let Some(database) = database("canonical expressions") else { return };
    database.run(TABLE);
    let expressions: Vec<&str> = EXPRESSIONS.lines().collect();
    let mut wrong = Vec::new();
    let mut script = String::from("\\set ON_ERROR_STOP off\n");
    for (at, written) in expressions.iter().enumerate() {
        let canonical = Expr::parse(Dialect::Postgres, written).unwrap_or_else(|error| panic!("{written}: {error}"));
        let again = Expr::parse(Dialect::Postgres, canonical.as_str()).unwrap();
        assert_eq!(again, canonical, "{written}");
        for (prefix, text) in [("w", *written), ("c", canonical.as_str())] {
            script += &format!("CREATE VIEW {prefix}{at} AS SELECT (\n{text}\n) AS value FROM t;\n");
        }
    }
    script += "SELECT viewname, md5(definition), regexp_replace(definition, '\\s+', ' ', 'g') FROM pg_views
               WHERE schemaname = 'public';\n";
    let rows = database.lines(&script);
    let of = |name: String| rows.iter().find_map(|row| row.strip_prefix(&format!("{name}|")));
    for (at, written) in expressions.iter().enumerate() {
        let canonical = Expr::parse(Dialect::Postgres, written).unwrap();
        let (expected, found) = (of(format!("w{at}")), of(format!("c{at}")));
        if expected.is_none() || expected != found {
            wrong.push(format!("{written}  =>  {canonical}\n    {expected:?}\n    {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), expressions.len(), wrong.join("\n"));
}
