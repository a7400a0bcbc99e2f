//! Statements that change rows or definitions, and the rest.

use super::tree;
use crate::Parser;
use crate::tree::*;
use air_base::Dialect::{self, *};

fn check(dialects: &[Dialect], rows: &[(&str, &str)]) {
    for dialect in dialects {
        for (sql, expected) in rows {
            assert_eq!(tree(*dialect, sql), *expected, "{dialect}: {sql}");
        }
    }
}

/// Runs `look` on the only statement of `sql`.
fn with<R>(dialect: Dialect, sql: &str, look: impl FnOnce(&Tree, StatementKind) -> R) -> R {
    let mut parser = Parser::of(dialect);
    let parsed = parser.parse(sql);
    assert!(parsed.diagnostics.is_empty(), "{sql}: {:?}", parsed.diagnostics);
    assert_eq!(parsed.tree.statements().len(), 1, "{sql}");
    look(parsed.tree, parsed.tree[parsed.tree.statements()[0]].kind)
}

#[test]
fn a_drop_behind_a_question_about_its_name_is_one_that_may_miss() {
    let may_miss = |sql: &str| {
        with(Mssql, sql, |tree, kind| matches!(kind, StatementKind::Drop(drop) if tree[drop].if_exists))
    };
    for sql in [
        "if exists (select * from sysobjects where id = object_id('dbo.Order Details') and sysstat & 0xf = 3) drop table \"dbo\".\"Order Details\"",
        "IF EXISTS (SELECT 1 FROM sys.tables WHERE name = N'Order Details') DROP TABLE [Order Details];",
        "IF OBJECT_ID(N'[dbo].[Order Details]', N'U') IS NOT NULL DROP TABLE dbo.[Order Details]",
        "IF EXISTS (SELECT * FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'dbo' AND TABLE_NAME = 'Order Details') DROP TABLE [Order Details]",
    ] {
        assert!(may_miss(sql), "{sql}");
    }
    for sql in [
        "IF EXISTS (SELECT * FROM sys.tables WHERE name = 'u') DROP TABLE t",
        "IF EXISTS (SELECT * FROM t) DROP TABLE t",
        "IF EXISTS (SELECT * FROM sys.tables WHERE name <> 't') DROP TABLE t",
        "IF OBJECT_ID('t') IS NULL DROP TABLE t",
        "IF EXISTS (SELECT * FROM sys.tables WHERE name = 't') DROP TABLE t ELSE PRINT 'x'",
    ] {
        assert!(!may_miss(sql), "{sql}");
    }
}

#[test]
fn inserts() {
    check(
        &[Postgres, Sqlite, Mysql, Mssql, Oracle],
        &[
            ("INSERT INTO t (a, b) VALUES (1, 'x')", "(insert t:a:b (1 \"x\"))"),
            ("INSERT INTO t SELECT 1, 2", "(insert t (query (select 1 2)))"),
        ],
    );
    check(
        &[Postgres, Sqlite],
        &[
            (
                "INSERT INTO t (a) VALUES (DEFAULT), (f(1)), (-2)",
                "(insert t:a (default) ((call f 1)) ((minus 2)))",
            ),
            ("INSERT INTO t DEFAULT VALUES RETURNING a AS b", "(insert t defaults returning a:b)"),
            (
                "INSERT INTO t (a, b) VALUES (1, 2) ON CONFLICT (a) DO UPDATE SET b = excluded.b WHERE t.b < 1",
                "(insert t:a:b (1 2) on-conflict a (= b excluded.b) where (< t.b 1))",
            ),
            ("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", "(insert t (1) on-conflict nothing)"),
            (
                "WITH c AS (SELECT 1) INSERT INTO t SELECT * FROM c",
                "(insert t (with c (query (select 1))) (query (select * from c)))",
            ),
        ],
    );
    check(
        &[Mysql],
        &[
            ("INSERT IGNORE INTO t SET a = 1, b = DEFAULT", "(insert t (= a 1) (= b default))"),
            ("REPLACE INTO t VALUES (1), (2)", "(replace t (1) (2))"),
            (
                "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = VALUES(a) + 1",
                "(insert t (1) on-duplicate (= a (+ (call VALUES a) 1)))",
            ),
            (
                "INSERT INTO t VALUES (1) AS new(x) ON DUPLICATE KEY UPDATE a = new.x",
                "(insert t (1) on-duplicate (= a new.x))",
            ),
            ("INSERT t VALUES ()", "(insert t ())"),
        ],
    );
    check(&[Sqlite], &[("INSERT OR REPLACE INTO t VALUES (1)", "(insert t (1))")]);
    with(
        Oracle,
        "INSERT ALL WHEN a > 1 THEN INTO x (c) VALUES (a) ELSE INTO y SELECT a FROM t",
        |tree, kind| {
            let StatementKind::InsertAll(id) = kind else { panic!("{kind:?}") };
            let branches = tree.list(tree[id].branches);
            assert!(matches!(branches[0].arm, InsertArm::When(_)));
            assert!(matches!(branches[1].arm, InsertArm::Else));
            assert!(branches[1].values.is_none());
        },
    );
    with(Mssql, "INSERT INTO t (a) OUTPUT inserted.a INTO @x VALUES (1)", |tree, kind| {
        let StatementKind::Insert(id) = kind else { panic!("{kind:?}") };
        assert!(tree[id].output.is_some_and(|output| output.into.is_some()));
    });
}

#[test]
fn updates_and_deletes() {
    check(
        &[Postgres, Sqlite, Mysql, Mssql, Oracle],
        &[
            (
                "UPDATE t SET a = a + 1, b = 'x' WHERE c = 1",
                "(update t (= a (+ a 1)) (= b \"x\") where (= c 1))",
            ),
            ("DELETE FROM t WHERE a = 1", "(delete-single t where (= a 1))"),
        ],
    );
    check(
        &[Postgres],
        &[
            (
                "UPDATE t AS x SET (a, b) = (1, 2) FROM u WHERE x.c = u.c",
                "(update t:x (= a b (row 1 2)) from u where (= x.c u.c))",
            ),
            ("DELETE FROM t USING u WHERE t.a = u.a", "(delete-using t from u where (= t.a u.a))"),
        ],
    );
    check(
        &[Mysql],
        &[
            ("UPDATE a, b SET a.x = b.y WHERE a.i = b.i", "(update a b (= a.x b.y) where (= a.i b.i))"),
            ("UPDATE a JOIN b USING (i) SET a.x = 1", "(update (inner a b using i) (= a.x 1))"),
            (
                "DELETE a, b FROM a JOIN b ON a.i = b.i",
                "(delete-targetsfrom a b from (inner a b on (= a.i b.i)))",
            ),
            ("DELETE FROM a USING a JOIN b USING (i)", "(delete-targetsusing a from (inner a b using i))"),
            ("DELETE FROM t ORDER BY a LIMIT 1", "(delete-single t)"),
        ],
    );
    check(
        &[Mssql],
        &[
            (
                "UPDATE x SET a = 1 FROM t x JOIN u ON x.b = u.b",
                "(update x (= a 1) from (inner t:x u on (= x.b u.b)))",
            ),
            ("DELETE x FROM t x WHERE a = 1", "(delete-targetsfrom x from t:x where (= a 1))"),
            ("DELETE TOP (5) FROM t", "(delete-single t)"),
            ("DELETE t WHERE a = 1", "(delete-single t where (= a 1))"),
        ],
    );
}

#[test]
fn merges() {
    check(
        &[Postgres, Mssql, Oracle],
        &[(
            "MERGE INTO t USING s ON (t.a = s.a) WHEN MATCHED THEN UPDATE SET b = s.b WHEN NOT MATCHED THEN INSERT (a, b) VALUES (s.a, 1)",
            "(merge t s on (= t.a s.a) matched (= b s.b) notmatched insert:a:b s.a 1)",
        )],
    );
    check(
        &[Mssql],
        &[(
            "MERGE t USING (SELECT 1 AS a) AS s ON t.a = s.a WHEN NOT MATCHED BY SOURCE AND t.b > 1 THEN DELETE",
            "(merge t (query (select 1:a)):s on (= t.a s.a) notmatchedbysource and (> t.b 1) delete)",
        )],
    );
}

#[test]
fn tables() {
    check(
        &[Postgres, Sqlite, Mysql, Mssql, Oracle],
        &[(
            "CREATE TABLE t (a int NOT NULL PRIMARY KEY, b varchar(10) DEFAULT 'x' UNIQUE, c int REFERENCES u (d) ON DELETE CASCADE, CHECK (a > 0), CONSTRAINT k UNIQUE (a, b), FOREIGN KEY (c) REFERENCES u (d))",
            "(create-table t (a int notnull primarykey) (b varchar(10) default \"x\" unique) (c int references u) (check (> a 0)) (unique a b) (foreign-key c references u))",
        )],
    );
    check(
        &[Mysql],
        &[
            (
                "CREATE TABLE t (a int unsigned NOT NULL AUTO_INCREMENT COMMENT 'id', b enum('x', 'y') CHARACTER SET utf8 COLLATE utf8_bin, c timestamp NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, d int GENERATED ALWAYS AS (a + 1) STORED, PRIMARY KEY (a), KEY i (b(5)), FULLTEXT KEY f (b)) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8 COMMENT='t'",
                "(create-table t (a int-unsigned notnull autoincrement comment) (b enum(\"x\",\"y\") collate utf8_bin) (c timestamp null default (call CURRENT_TIMESTAMP bare) onupdate) (d int stored (+ a 1)) (primary-key a) (index b#5) (index b) engine=InnoDB autoincrement=5 charset=utf8 comment=\"t\")",
            ),
            (
                "CREATE TABLE t (`key` int, b binary(1), KEY (b))",
                "(create-table t (key int) (b binary(1)) (index b))",
            ),
        ],
    );
    check(
        &[Postgres],
        &[
            (
                "CREATE TABLE t (a bigint GENERATED BY DEFAULT AS IDENTITY (START WITH 5 INCREMENT BY 2), b double precision, c timestamp(3) with time zone DEFAULT now(), d int[] NULL, e text COLLATE \"C\", f numeric(10, 2) CHECK (f > 0) NOT NULL, EXCLUDE USING gist (d WITH &&)) WITH (fillfactor = 70)",
                "(create-table t (a bigint identity) (b double-precision) (c timestamp(3)-tz default (call now)) (d int[] null) (e text collate C) (f numeric(10,2) check (> f 0) notnull) exclude storage)",
            ),
            ("CREATE TABLE t AS SELECT 1 AS a WITH NO DATA", "(create-table t (query (select 1:a)))"),
            ("CREATE TABLE t (LIKE u INCLUDING ALL)", "(create-table t)"),
        ],
    );
    check(
        &[Sqlite],
        &[
            (
                "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b, c VERY LONG TYPE(5), PRIMARY KEY (b) ON CONFLICT REPLACE) WITHOUT ROWID, STRICT",
                "(create-table t (a integer primarykey) (b) (c very-long-type(5)) (primary-key b) withoutrowid strict)",
            ),
            (
                "CREATE TABLE t (a DEFAULT -1 NOT NULL, b AS (a * 2))",
                "(create-table t (a default (minus 1) notnull) (b generated (* a 2)))",
            ),
        ],
    );
    check(
        &[Mssql],
        &[(
            "CREATE TABLE #t ([a] int IDENTITY(1, 1) NOT NULL, b AS a * 2 PERSISTED, c nvarchar(max) CONSTRAINT d DEFAULT (N'x'), PRIMARY KEY CLUSTERED (a)) ON [PRIMARY]",
            "(create-table #t (a int identity notnull) (b stored (* a 2)) (c nvarchar(max) default \"x\") (primary-key a) storage)",
        )],
    );
    check(
        &[Oracle],
        &[(
            "CREATE TABLE t (a NUMBER(5,-2), b VARCHAR2(10 CHAR) DEFAULT ON NULL 'x', c INTERVAL DAY(2) TO SECOND(6), d TIMESTAMP WITH LOCAL TIME ZONE, e LONG RAW) TABLESPACE users",
            "(create-table t (a number(5,(minus 2))) (b varchar2(10) defaultonnull) (c interval-day-to-second) (d timestamp-ltz) (e long-raw) storage=users)",
        )],
    );
}

#[test]
fn alterations() {
    let kinds = |dialect, sql: &str| {
        with(dialect, sql, |tree, kind| {
            let StatementKind::AlterTable(id) = kind else { panic!("{kind:?}") };
            let actions = tree.list(tree[id].actions).iter();
            actions
                .map(|action| {
                    format!("{:?}", action.kind).split([' ', '(', '{']).next().unwrap_or("").to_owned()
                })
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(
        kinds(
            Postgres,
            "ALTER TABLE t ADD COLUMN a int DEFAULT -1 NOT NULL, DROP b CASCADE, ADD CONSTRAINT k UNIQUE (a)"
        ),
        ["AddColumn", "DropColumn", "AddConstraint"]
    );
    assert_eq!(
        kinds(
            Postgres,
            "ALTER TABLE ONLY t ALTER a TYPE text USING a::text, ALTER COLUMN b SET DEFAULT 1, ALTER b DROP NOT NULL"
        ),
        ["SetType", "SetDefault", "DropNotNull"]
    );
    assert_eq!(kinds(Postgres, "ALTER TABLE t RENAME COLUMN a TO b"), ["RenameColumn"]);
    assert_eq!(kinds(Postgres, "ALTER TABLE t RENAME TO u"), ["RenameTo"]);
    assert_eq!(
        kinds(
            Mysql,
            "ALTER TABLE t MODIFY a int(11) DEFAULT NULL AFTER b, CHANGE c d text FIRST, ADD INDEX (a), DROP PRIMARY KEY, ENGINE=InnoDB"
        ),
        ["ModifyColumn", "ChangeColumn", "AddConstraint", "DropPrimaryKey", "Option"]
    );
    assert_eq!(
        kinds(Mssql, "ALTER TABLE t ADD b varchar(5) NOT NULL DEFAULT 'q', c int NULL"),
        ["AddColumn", "AddColumn"]
    );
    assert_eq!(kinds(Mssql, "ALTER TABLE t ALTER COLUMN a bigint NOT NULL"), ["AlterColumn"]);
    assert_eq!(
        kinds(Mssql, "ALTER TABLE t WITH NOCHECK ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u (b)"),
        ["AddConstraint"]
    );
    assert_eq!(kinds(Mssql, "ALTER TABLE t ADD CONSTRAINT d DEFAULT (0) FOR a"), ["AddConstraint"]);
    assert_eq!(
        kinds(Oracle, "ALTER TABLE t ADD (a NUMBER, b DATE DEFAULT SYSDATE)"),
        ["AddColumn", "AddColumn"]
    );
    assert_eq!(kinds(Oracle, "ALTER TABLE t DISABLE CONSTRAINT k"), ["CheckConstraint"]);
    assert_eq!(kinds(Sqlite, "ALTER TABLE t RENAME a TO b"), ["RenameColumn"]);
}

#[test]
fn other_definitions() {
    with(
        Postgres,
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t USING btree (a DESC NULLS LAST, lower(b) text_ops) INCLUDE (c) WHERE a > 0",
        |tree, kind| {
            let StatementKind::CreateIndex(id) = kind else { panic!("{kind:?}") };
            let index = tree[id];
            assert!(
                index.modifiers.has(CreateModifiers::UNIQUE) && index.concurrently && index.if_not_exists
            );
            assert_eq!(tree.list(index.columns).len(), 2);
            assert!(tree.list(index.columns)[1].class.is_some());
            assert!(index.filter.is_some() && index.include.len() == 1 && index.method.is_some());
        },
    );
    with(
        Mysql,
        "CREATE ALGORITHM=MERGE DEFINER=`root`@`localhost` SQL SECURITY INVOKER VIEW v (a) AS SELECT 1 WITH CASCADED CHECK OPTION",
        |tree, kind| {
            let StatementKind::CreateView(id) = kind else { panic!("{kind:?}") };
            assert_eq!(tree[id].check, Some(ViewCheck::Cascaded));
        },
    );
    with(Postgres, "CREATE TYPE mood AS ENUM ('sad', 'ok')", |tree, kind| {
        let StatementKind::CreateType(id) = kind else { panic!("{kind:?}") };
        assert!(matches!(tree[id].kind, TypeKind::Enum(values) if values.len() == 2));
    });
    with(
        Postgres,
        "CREATE DOMAIN year AS integer CONSTRAINT c CHECK (VALUE > 1900) NOT NULL",
        |tree, kind| {
            let StatementKind::CreateType(id) = kind else { panic!("{kind:?}") };
            assert!(matches!(tree[id].kind, TypeKind::Domain { constraints, .. } if constraints.len() == 2));
        },
    );
    with(
        Postgres,
        "CREATE SEQUENCE s AS bigint START WITH 5 INCREMENT BY -1 NO MAXVALUE CACHE 10 CYCLE OWNED BY t.a",
        |tree, kind| {
            let StatementKind::CreateSequence(id) = kind else { panic!("{kind:?}") };
            assert_eq!(tree[id].options.len(), 7);
        },
    );
    with(Oracle, "DROP TABLE a CASCADE CONSTRAINTS PURGE", |tree, kind| {
        let StatementKind::Drop(id) = kind else { panic!("{kind:?}") };
        assert!(tree[id].purge && tree[id].behavior == Some(DropBehavior::Cascade));
    });
    with(Postgres, "DROP TABLE IF EXISTS a, s.b CASCADE", |tree, kind| {
        let StatementKind::Drop(id) = kind else { panic!("{kind:?}") };
        assert!(tree[id].if_exists && tree[id].names.len() == 2);
    });
    with(Postgres, "TRUNCATE a, b RESTART IDENTITY CASCADE", |tree, kind| {
        let StatementKind::Truncate(id) = kind else { panic!("{kind:?}") };
        assert_eq!(tree[id].restart_identity, Some(true));
    });
    with(Postgres, "COMMENT ON COLUMN t.a IS 'x'", |_, kind| {
        assert!(matches!(kind, StatementKind::Comment { object: ObjectKind::Column, .. }));
    });
}

#[test]
fn transactions_and_settings() {
    with(Sqlite, "BEGIN IMMEDIATE TRANSACTION", |_, kind| {
        assert!(matches!(kind, StatementKind::Begin { modes } if modes.locking == Some(Locking::Immediate)));
    });
    with(Postgres, "START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", |_, kind| {
        let StatementKind::Begin { modes } = kind else { panic!("{kind:?}") };
        assert_eq!((modes.isolation, modes.read_only), (Some(Isolation::RepeatableRead), Some(true)));
    });
    for (dialect, sql) in [
        (Mssql, "BEGIN TRAN"),
        (Mssql, "COMMIT TRANSACTION"),
        (Postgres, "END"),
        (Mysql, "ROLLBACK TO SAVEPOINT s"),
        (Mysql, "RELEASE SAVEPOINT s"),
    ] {
        with(dialect, sql, |_, kind| assert!(!matches!(kind, StatementKind::Other { .. }), "{sql}"));
    }
    with(Mysql, "SET GLOBAL a = 1, @b := 2, SESSION c = ON", |tree, kind| {
        let StatementKind::Set(items) = kind else { panic!("{kind:?}") };
        let scopes: Vec<_> = tree.list(items).iter().map(|item| item.scope).collect();
        assert_eq!(scopes, [SetScope::Global, SetScope::None, SetScope::Session]);
    });
    with(Postgres, "SET search_path TO a, b", |tree, kind| {
        let StatementKind::Set(items) = kind else { panic!("{kind:?}") };
        assert_eq!(tree.list(items)[0].values.len(), 2);
    });
    for (dialect, sql) in [
        (Mysql, "SET NAMES utf8mb4"),
        (Mssql, "SET NOCOUNT ON"),
        (Mssql, "SET IDENTITY_INSERT t ON"),
        (Postgres, "SET TIME ZONE 'UTC'"),
        (Mysql, "SET @x = (SELECT 1)"),
    ] {
        with(dialect, sql, |_, kind| {
            assert!(matches!(kind, StatementKind::Set(items) if items.len() == 1), "{sql}")
        });
    }
    with(Sqlite, "PRAGMA foreign_keys = ON", |_, kind| {
        assert!(matches!(kind, StatementKind::Pragma { value: Some(_), .. }))
    });
    with(Sqlite, "PRAGMA table_info(t)", |_, kind| {
        assert!(matches!(kind, StatementKind::Pragma { value: Some(_), .. }))
    });
    with(Mysql, "USE db", |_, kind| assert!(matches!(kind, StatementKind::Use(_))));
}

#[test]
fn what_is_not_modelled_is_told_by_kind() {
    for (dialect, sql, expected) in [
        (
            Postgres,
            "CREATE FUNCTION f() RETURNS int AS $$ SELECT 1; $$ LANGUAGE sql",
            OtherKind::CreateFunction,
        ),
        (Postgres, "DO $$ BEGIN PERFORM 1; END $$", OtherKind::Do),
        (
            Mysql,
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN IF new.x THEN SET new.x = 1; END IF; END",
            OtherKind::CreateTrigger,
        ),
        (
            Sqlite,
            "CREATE TRIGGER t AFTER UPDATE ON a BEGIN UPDATE b SET c = CASE WHEN 1 THEN 2 END; DELETE FROM d; END",
            OtherKind::CreateTrigger,
        ),
        (Mssql, "DECLARE @a int = 1", OtherKind::Declare),
        (Mssql, "EXEC sp_help 't'", OtherKind::Execute),
        (Mssql, "CREATE PROCEDURE p AS SELECT 1; SELECT 2", OtherKind::CreateProcedure),
        (Oracle, "BEGIN NULL; END;", OtherKind::Block),
        (Mysql, "SHOW TABLES", OtherKind::Show),
        (Mysql, "LOAD DATA INFILE 'x' INTO TABLE t", OtherKind::Load),
        (Sqlite, "CREATE VIRTUAL TABLE t USING fts5(a)", OtherKind::CreateVirtualTable),
        (Postgres, "VACUUM ANALYZE t", OtherKind::Vacuum),
    ] {
        with(dialect, sql, |_, kind| {
            assert!(matches!(kind, StatementKind::Other { kind, .. } if kind == expected), "{sql}: {kind:?}");
        });
    }
    with(Postgres, "EXPLAIN (ANALYZE) SELECT 1", |_, kind| {
        assert!(matches!(kind, StatementKind::Explain { statement: Some(_) }))
    });
}

#[test]
fn heads_are_read_and_bodies_kept() {
    for (dialect, sql, expected) in [
        (
            Postgres,
            "CREATE TRIGGER tr BEFORE INSERT OR UPDATE OF a, b ON s.t FOR EACH ROW WHEN (new.a > 1) EXECUTE FUNCTION f('x')",
            "(other CreateTrigger name=tr before=BEFORE insert=INSERT update=UPDATE OF column=a column=b table=s.t \
             eachrow=FOR EACH ROW when (> new.a 1) body=EXECUTE…)",
        ),
        (
            Mysql,
            "CREATE DEFINER=`root`@`%` TRIGGER tr AFTER DELETE ON t FOR EACH ROW BEGIN DELETE FROM u; END",
            "(other CreateTrigger name=tr after=AFTER delete=DELETE table=t eachrow=FOR EACH ROW body (block (delete-single u)))",
        ),
        (
            Sqlite,
            "CREATE TRIGGER IF NOT EXISTS tr INSTEAD OF DELETE ON v WHEN old.a IS NULL BEGIN SELECT 1; END",
            "(other CreateTrigger name=tr insteadof=INSTEAD OF delete=DELETE table=v when (is-null old.a) body (block (query (select 1))))",
        ),
        (
            Mssql,
            "CREATE TRIGGER tr ON t FOR INSERT, UPDATE AS SELECT 1",
            "(other CreateTrigger name=tr table=t after=FOR insert=INSERT update=UPDATE body=AS…)",
        ),
        (
            Postgres,
            "CREATE OR REPLACE FUNCTION s.f(a int, OUT b numeric(5, 2), text) RETURNS SETOF s.t LANGUAGE sql AS $$ SELECT 1 $$",
            "(other CreateFunction name=s.f parameter=a int parameter=OUT b numeric(5, 2) parameter=text \
             returns=SETOF s.t language=sql body=AS…)",
        ),
        (
            Mysql,
            "CREATE PROCEDURE p(IN a INT, OUT b DECIMAL(5,2)) READS SQL DATA BEGIN SELECT 1; END",
            "(other CreateProcedure name=p parameter=IN a INT parameter=OUT b DECIMAL(5,2) body (block (query (select 1))))",
        ),
        (
            Postgres,
            "GRANT SELECT (a, b), UPDATE ON s.t, u TO x, PUBLIC WITH GRANT OPTION",
            "(grant right=SELECT column=a column=b right=UPDATE object=s.t object=u account=x account=PUBLIC \
             grantoption=WITH GRANT OPTION)",
        ),
        (Mysql, "REVOKE ALL ON db.* FROM 'a'@'%'", "(revoke right=ALL object=db.* account='a'@'%')"),
        (Postgres, "GRANT admin TO joe", "(grant right=admin account=joe)"),
        (Mysql, "CALL p(1, 'x')", "(other Call call (call p 1 \"x\"))"),
        (Mssql, "EXEC dbo.p @a = 1, 'x'", "(other Execute object=dbo.p parameter=@a = 1 parameter='x')"),
        (
            Mssql,
            "DECLARE @a int = 1, @b decimal(5, 2)",
            "(other Declare parameter=@a int = 1 parameter=@b decimal(5, 2))",
        ),
        (Mysql, "LOCK TABLES a READ, b AS c WRITE", "(lock table=a READ table=b AS c WRITE)"),
        (Postgres, "VACUUM (ANALYZE) s.t, u", "(other Vacuum table=s.t table=u)"),
        (
            Mysql,
            "CREATE USER 'a'@'b' IDENTIFIED BY 'x'",
            "(other CreateUser account='a'@'b' body=IDENTIFIED…)",
        ),
        (Postgres, "CREATE ROLE r WITH LOGIN", "(other CreateRole account=r body=WITH…)"),
    ] {
        assert_eq!(tree(dialect, sql), expected, "{sql}");
    }
    // A head that makes no sense is kept whole.
    with(
        Postgres,
        "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW WHEN (a b c +) EXECUTE FUNCTION f()",
        |_, kind| {
            assert!(
                matches!(kind, StatementKind::Other { kind: OtherKind::CreateTrigger, parts, .. } if parts.is_empty())
            );
        },
    );
}
