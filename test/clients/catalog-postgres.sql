-- What DBeaver, DataGrip, pgAdmin and psql ask of the catalogs; read by WithStatements.java.
SET application_name = 'DBeaver 25.2.0 - Main <shop>';
SET extra_float_digits = 3;
SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE;
SHOW search_path;
SET search_path = "$user", public, inventory;
SET search_path = public;
SHOW TRANSACTION ISOLATION LEVEL;
SHOW server_version;
SELECT current_schema(), session_user, current_user, current_database();
SELECT version(), pg_is_in_recovery(), current_setting('server_version_num')::int >= 150000;
SELECT current_setting('is_superuser') = 'on', current_setting('block_size')::int;
SELECT pg_catalog.set_config('search_path', 'public', false);
SELECT set_config('bytea_output', 'hex', false);
SELECT oid, * FROM pg_catalog.pg_namespace WHERE nspname NOT LIKE 'pg\_t%' ORDER BY oid;
SELECT db.oid, db.datname, db.datdba, db.encoding, pg_encoding_to_char(db.encoding), db.datcollate, db.datallowconn, db.datistemplate, db.datconnlimit, db.dattablespace FROM pg_catalog.pg_database db WHERE NOT datistemplate AND datallowconn OR db.datname = ? ORDER BY db.datname;
-- ? 'shop'
SELECT d.datname, pg_catalog.pg_get_userbyid(d.datdba), pg_catalog.shobj_description(d.oid, 'pg_database'), has_database_privilege(d.oid, 'CREATE'), has_database_privilege(d.oid, 'CONNECT,TEMP') FROM pg_catalog.pg_database d ORDER BY 1;
SELECT name, setting, unit, category, short_desc, context, vartype FROM pg_catalog.pg_settings WHERE name = 'standard_conforming_strings';
SELECT count(*) FROM pg_catalog.pg_settings;
SELECT string_agg(word, ',' ORDER BY word) FROM pg_catalog.pg_get_keywords() WHERE catcode <> 'U' AND word <> ALL (ARRAY['select', 'from']);
SELECT n.oid, n.nspname, pg_get_userbyid(n.nspowner), has_schema_privilege(n.oid, 'USAGE') AS usable, has_schema_privilege(n.nspname, 'CREATE'), d.description FROM pg_catalog.pg_namespace n LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = n.oid AND d.objsubid = 0 AND d.classoid = 'pg_namespace'::regclass WHERE n.nspname = 'inventory' ORDER BY nspname;
SELECT a.oid, a.*, pd.description FROM pg_catalog.pg_roles a LEFT JOIN pg_catalog.pg_shdescription pd ON a.oid = pd.objoid ORDER BY a.rolname;
SELECT m.roleid::regrole, m.member::regrole, m.admin_option FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles r ON r.oid = m.member ORDER BY 1, 2;
SELECT t.oid, t.*, c.relkind, format_type(nullif(t.typbasetype, 0), t.typtypmod) AS base_type_name, d.description FROM pg_catalog.pg_type t LEFT OUTER JOIN pg_catalog.pg_type et ON et.oid = t.typelem LEFT OUTER JOIN pg_catalog.pg_class c ON c.oid = t.typrelid LEFT OUTER JOIN pg_catalog.pg_description d ON t.oid = d.objoid WHERE t.typname IS NOT NULL AND (c.relkind IS NULL OR c.relkind = 'c') AND (et.typcategory IS NULL OR et.typcategory <> 'C') AND t.typnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = ?) ORDER BY t.oid;
-- ? 'inventory'
SELECT typinput = 'array_in'::regproc AS is_array, typtype, typname, oid FROM pg_catalog.pg_type WHERE typname IN ('_int4', 'int4', 'color') ORDER BY oid;
SELECT e.enumlabel, e.enumsortorder FROM pg_catalog.pg_enum e JOIN pg_catalog.pg_type t ON t.oid = e.enumtypid WHERE t.typname = 'color' ORDER BY 2;
SELECT c.oid, c.relname, c.relkind, c.relnamespace::regnamespace, c.relowner::regrole, c.relpersistence, c.relhasindex, c.relhastriggers, c.relrowsecurity, c.relispartition, d.description, pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS partition_expr, pg_catalog.pg_get_partkeydef(c.oid) AS partition_key, pg_catalog.obj_description(c.oid, 'pg_class') FROM pg_catalog.pg_class c LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ? AND c.relkind NOT IN ('i', 'I', 'c') ORDER BY c.relname;
-- ? 'inventory'
SELECT c.relname, a.attname, a.attnum, a.atttypid::regtype, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.atthasdef, a.attidentity, a.attgenerated, pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) AS def_value, dsc.description, dep.objid IS NOT NULL AS owns, col_description(c.oid, a.attnum), pg_get_serial_sequence('inventory.' || c.relname, a.attname) FROM pg_catalog.pg_attribute a INNER JOIN pg_catalog.pg_class c ON a.attrelid = c.oid LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON a.attrelid = ad.adrelid AND a.attnum = ad.adnum LEFT OUTER JOIN pg_catalog.pg_description dsc ON c.oid = dsc.objoid AND a.attnum = dsc.objsubid LEFT OUTER JOIN pg_catalog.pg_depend dep ON dep.refobjid = a.attrelid AND dep.deptype = 'i' AND dep.refobjsubid = a.attnum AND dep.classid = dep.refclassid WHERE NOT a.attisdropped AND a.attnum > 0 AND c.relkind IN ('r', 'p') AND c.relnamespace = 'inventory'::regnamespace ORDER BY c.relname, a.attnum;
SELECT c.conname, c.contype, c.condeferrable, c.conkey, c.confkey, c.confupdtype, c.confdeltype, t.relname AS tabrelname, rt.relname AS refrelname, d.description, pg_catalog.pg_get_constraintdef(c.oid, true) FROM pg_catalog.pg_constraint c INNER JOIN pg_catalog.pg_class t ON t.oid = c.conrelid LEFT OUTER JOIN pg_catalog.pg_class rt ON rt.oid = c.confrelid LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_constraint'::regclass WHERE t.relnamespace = 'inventory'::regnamespace AND c.contype <> 'n' ORDER BY t.relname, c.conname;
SELECT i.*, i.indkey AS keys, c.relname, c.relam, am.amname, tc.relname AS tabrelname, dsc.description, pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS pred_expr, pg_catalog.pg_get_expr(i.indexprs, i.indrelid, true) AS expr, pg_catalog.pg_relation_size(i.indexrelid) AS index_rel_size, pg_catalog.pg_get_indexdef(i.indexrelid, 1, true), pg_catalog.pg_get_indexdef(i.indexrelid) FROM pg_catalog.pg_index i INNER JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid INNER JOIN pg_catalog.pg_class tc ON tc.oid = i.indrelid LEFT OUTER JOIN pg_catalog.pg_am am ON am.oid = c.relam LEFT OUTER JOIN pg_catalog.pg_description dsc ON i.indexrelid = dsc.objoid WHERE tc.relnamespace = 'inventory'::regnamespace ORDER BY tc.relname, c.relname;
SELECT p.oid, p.proname, l.lanname, p.prokind, p.provolatile, p.proargnames, p.proargtypes, pg_catalog.pg_get_function_arguments(p.oid), pg_catalog.pg_get_function_identity_arguments(p.oid), pg_catalog.pg_get_function_result(p.oid), pg_get_expr(p.proargdefaults, 0), d.description, p.prosrc, pg_catalog.pg_get_functiondef(p.oid) FROM pg_catalog.pg_proc p LEFT OUTER JOIN pg_catalog.pg_language l ON l.oid = p.prolang LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = p.oid AND d.classoid = 'pg_proc'::regclass WHERE p.pronamespace = 'inventory'::regnamespace ORDER BY p.proname;
SELECT x.tgname, x.tgenabled, x.tgtype, t.relname, p.proname AS func_name, pg_catalog.pg_get_triggerdef(x.oid, true), d.description FROM pg_catalog.pg_trigger x INNER JOIN pg_catalog.pg_class t ON t.oid = x.tgrelid INNER JOIN pg_catalog.pg_proc p ON p.oid = x.tgfoid LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = x.oid WHERE t.relnamespace = 'inventory'::regnamespace AND NOT x.tgisinternal ORDER BY 1;
SELECT r.rulename, r.ev_type, pg_catalog.pg_get_ruledef(r.oid, true), c.relname FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class WHERE c.relnamespace = 'inventory'::regnamespace ORDER BY c.relname, r.rulename;
SELECT schemaname, viewname, viewowner, definition FROM pg_catalog.pg_views WHERE schemaname = 'inventory' ORDER BY 2;
SELECT matviewname, ispopulated, definition FROM pg_catalog.pg_matviews WHERE schemaname = 'inventory';
SELECT pg_catalog.pg_get_viewdef('inventory.dear'::regclass::oid, true), pg_get_viewdef('inventory.dear');
SELECT pol.polname, pol.polpermissive, pol.polcmd, pg_catalog.pg_get_expr(pol.polqual, pol.polrelid), pg_catalog.pg_get_expr(pol.polwithcheck, pol.polrelid), CASE WHEN pol.polroles = '{0}' THEN 'public' ELSE array_to_string(ARRAY(SELECT rolname FROM pg_catalog.pg_roles WHERE oid = ANY (pol.polroles) ORDER BY 1), ',') END FROM pg_catalog.pg_policy pol WHERE pol.polrelid = 'inventory.items'::regclass;
SELECT * FROM pg_catalog.pg_policies WHERE schemaname = 'inventory';
SELECT c.relname, s.seqstart, s.seqincrement, s.seqmax, s.seqcycle, format_type(s.seqtypid, NULL) FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid WHERE c.relnamespace = 'inventory'::regnamespace ORDER BY 1;
SELECT last_value, is_called FROM inventory.items_id_seq;
SELECT schemaname, sequencename, data_type, start_value, last_value FROM pg_catalog.pg_sequences WHERE schemaname = 'inventory' ORDER BY 2;
SELECT i.inhparent::regclass, i.inhrelid::regclass, pg_catalog.pg_get_expr(c.relpartbound, c.oid) FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid WHERE c.relnamespace = 'inventory'::regnamespace ORDER BY 2;
SELECT relname, pg_catalog.pg_total_relation_size(c.oid) AS total, pg_catalog.pg_table_size(c.oid), pg_size_pretty(pg_catalog.pg_indexes_size(c.oid)) FROM pg_catalog.pg_class c WHERE relkind = 'r' AND relnamespace = 'inventory'::regnamespace ORDER BY 1;
SELECT x.extname, x.extversion, x.extrelocatable, n.nspname, d.description FROM pg_catalog.pg_extension x JOIN pg_catalog.pg_namespace n ON n.oid = x.extnamespace LEFT JOIN pg_catalog.pg_description d ON d.objoid = x.oid AND d.classoid = 'pg_extension'::regclass ORDER BY 1;
SELECT name, default_version, installed_version FROM pg_catalog.pg_available_extensions WHERE name IN ('plpgsql', 'hstore') ORDER BY 1;
SELECT spcname, pg_get_userbyid(spcowner), pg_tablespace_location(oid), spcacl, spcoptions FROM pg_catalog.pg_tablespace ORDER BY 1;
SELECT fdwname FROM pg_catalog.pg_foreign_data_wrapper UNION ALL SELECT srvname FROM pg_catalog.pg_foreign_server;
SELECT lanname, lanpltrusted, lanispl FROM pg_catalog.pg_language ORDER BY oid;
SELECT amname, amtype FROM pg_catalog.pg_am ORDER BY amname;
SELECT c.castsource::regtype, c.casttarget::regtype, c.castmethod, c.castcontext FROM pg_catalog.pg_cast c WHERE c.castsource = 'int4'::regtype ORDER BY 1, 2;
SELECT oprname, oprleft::regtype, oprright::regtype FROM pg_catalog.pg_operator WHERE oprname = '<->' ORDER BY oid;
SELECT collname, collprovider, collencoding FROM pg_catalog.pg_collation WHERE collname IN ('C', 'default', 'POSIX') ORDER BY collname, collencoding;
SELECT evtname, evtevent, evtenabled FROM pg_catalog.pg_event_trigger ORDER BY 1;
SELECT pubname, puballtables FROM pg_catalog.pg_publication ORDER BY 1;
SELECT defaclrole::regrole, defaclobjtype, defaclacl FROM pg_catalog.pg_default_acl ORDER BY 1;
SELECT c.relname, (aclexplode(COALESCE(c.relacl, acldefault('r', c.relowner)))).grantee::regrole AS grantee, (aclexplode(COALESCE(c.relacl, acldefault('r', c.relowner)))).privilege_type FROM pg_catalog.pg_class c WHERE c.relnamespace = 'inventory'::regnamespace AND c.relkind = 'r' ORDER BY 1, 2, 3;
SELECT has_table_privilege('inventory.items', 'SELECT'), has_column_privilege('inventory.items', 'price', 'UPDATE'), has_function_privilege('inventory.dearer(numeric)', 'EXECUTE');
SELECT d.classid::regclass, d.refclassid::regclass, d.deptype, count(*) FROM pg_catalog.pg_depend d WHERE d.refobjid = 'inventory.items'::regclass GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT pg_describe_object(classid, objid, objsubid) FROM pg_catalog.pg_depend WHERE refobjid = 'inventory.items'::regclass AND deptype = 'n' ORDER BY 1;
SELECT (pg_identify_object(classid, objid, objsubid)).type FROM pg_catalog.pg_depend WHERE refobjid = 'inventory.items'::regclass AND deptype = 'a' ORDER BY 1;
SELECT relname, n_live_tup >= 0, seq_scan >= 0, last_vacuum IS NULL FROM pg_catalog.pg_stat_user_tables WHERE schemaname = 'inventory' ORDER BY 1;
SELECT indexrelname, idx_scan >= 0 FROM pg_catalog.pg_stat_user_indexes WHERE schemaname = 'inventory' ORDER BY 1;
SELECT datname, numbackends > 0, xact_commit > 0 FROM pg_catalog.pg_stat_database WHERE datname = current_database();
SELECT checkpoints_timed IS NULL FROM (SELECT NULL AS checkpoints_timed) AS nothing;
SELECT count(*) >= 0 FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation;
SELECT pg_backend_pid() > 0, pg_postmaster_start_time() < now(), pg_conf_load_time() < now(), txid_current() > 0, pg_blocking_pids(pg_backend_pid());
SELECT inet_client_addr() IS NOT NULL, inet_server_port() > 0, pg_client_encoding(), pg_my_temp_schema(), current_schemas(true);
SELECT to_regclass('inventory.items'), to_regtype('inventory.color'), to_regproc('now'), 'inventory.items'::regclass, quote_ident('Items'), pg_typeof(1.5);
SELECT * FROM information_schema.schemata WHERE schema_name = 'inventory';
SELECT table_schema, table_name, table_type FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_name NOT LIKE 'hb%' ORDER BY 1, 2;
SELECT column_name, ordinal_position, column_default, is_nullable, data_type, udt_name, character_maximum_length, numeric_precision, is_identity, is_generated FROM information_schema.columns WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position;
-- ? 'inventory', 'items'
SELECT tc.constraint_name, tc.constraint_type, kcu.column_name, ccu.table_name AS refers FROM information_schema.table_constraints tc JOIN information_schema.key_column_usage kcu USING (constraint_schema, constraint_name) LEFT JOIN information_schema.constraint_column_usage ccu USING (constraint_schema, constraint_name) WHERE tc.table_schema = 'inventory' ORDER BY 1, 3, 4;
SELECT rc.constraint_name, rc.update_rule, rc.delete_rule FROM information_schema.referential_constraints rc WHERE rc.constraint_schema = 'inventory' ORDER BY 1;
SELECT check_clause FROM information_schema.check_constraints WHERE constraint_schema = 'inventory' AND constraint_name NOT LIKE '%not_null' ORDER BY 1;
SELECT table_name, view_definition FROM information_schema.views WHERE table_schema = 'inventory' ORDER BY 1;
SELECT routine_name, routine_type, data_type, external_language FROM information_schema.routines WHERE routine_schema = 'inventory' ORDER BY 1;
SELECT trigger_name, event_manipulation, action_statement FROM information_schema.triggers WHERE trigger_schema = 'inventory' ORDER BY 1, 2;
SELECT grantee, privilege_type FROM information_schema.role_table_grants WHERE table_schema = 'inventory' AND table_name = 'items' ORDER BY 1, 2;
SELECT domain_name, data_type FROM information_schema.domains WHERE domain_schema = 'inventory';
SELECT sequence_name, increment FROM information_schema.sequences WHERE sequence_schema = 'inventory' ORDER BY 1;
EXPLAIN SELECT * FROM inventory.items WHERE price > 1;
EXPLAIN (FORMAT JSON, VERBOSE, COSTS OFF) SELECT * FROM inventory.items WHERE id = 1;
EXPLAIN (ANALYZE, BUFFERS OFF, TIMING OFF, SUMMARY OFF, COSTS OFF) SELECT count(*) FROM inventory.items;
SELECT x.* FROM inventory.items x ORDER BY x.id LIMIT 200;
SELECT count(*) FROM inventory.items;
SELECT x.ctid, x.tableoid::regclass, x.xmin IS NOT NULL, x.id FROM inventory.items x ORDER BY 4;
-- begin
UPDATE inventory.items SET price = ? WHERE id = ?;
-- ? 3.50, 1
INSERT INTO inventory.items (name, price) VALUES (?, ?) RETURNING id;
-- ? 'new', 4.25
DELETE FROM inventory.items WHERE ctid = (SELECT ctid FROM inventory.items WHERE name = 'new') AND name = 'new';
SAVEPOINT dbeaver_save;
ROLLBACK TO SAVEPOINT dbeaver_save;
RELEASE SAVEPOINT dbeaver_save;
-- rollback
SET statement_timeout TO 60000;
RESET statement_timeout;
DISCARD PLANS;
-- metadata inventory
