-- Statements as Hibernate 6 makes them for MySQL and MariaDB; read by WithStatements.java.
create table hb_owners (id bigint not null auto_increment, version integer not null, name varchar(255), email varchar(255), created datetime(6), settings json, deleted bit not null, primary key (id)) engine=InnoDB;
create table hb_pets (id bigint not null, owner_id bigint, name varchar(255), kind varchar(31) not null, weight decimal(38,2), primary key (id)) engine=InnoDB;
create table hb_pets_seq (next_val bigint) engine=InnoDB;
create table hb_pet_nicknames (pet_id bigint not null, nickname varchar(255) not null, primary key (pet_id, nickname)) engine=InnoDB;
create table hb_visits_pets (visits_id bigint not null, pets_id bigint not null) engine=InnoDB;
create table hb_events (id bigint not null auto_increment, kind varchar(255), primary key (id)) engine=InnoDB;
create index hb_pets_name on hb_pets (name);
alter table hb_owners add constraint UK_hb_owners_email unique (email);
alter table hb_pets add constraint FK_hb_pets_owner foreign key (owner_id) references hb_owners (id);
alter table hb_pet_nicknames add constraint FK_hb_nicknames foreign key (pet_id) references hb_pets (id);
insert into hb_pets_seq values ( 1 );
-- begin
select next_val as id_val from hb_pets_seq for update;
update hb_pets_seq set next_val= ? where next_val=?;
-- ? 51, 1
insert into hb_owners (created,deleted,email,name,settings,version) values (?,?,?,?,?,?);
-- ? timestamp '2024-02-29 12:00:00.5', false, 'a@x.example', 'Ada', '{"theme": "dark"}', 0
insert into hb_owners (created,deleted,email,name,settings,version) values (?,?,?,?,?,?);
-- ? timestamp '2024-03-01 12:00:00', false, 'b@x.example', 'Bob O''Hara', null, 0
-- ? timestamp '2024-03-02 12:00:00', false, 'c@x.example', 'Cy ü', '{}', 0
insert into hb_pets (kind,name,owner_id,weight,id) values (?,?,?,?,?);
-- ? 'Cat', 'Minka', 1, 4.50, 1
-- ? 'Dog', 'Rex', 1, 21.25, 2
-- ? 'Cat', 'Tom', 2, null, 3
-- ? 'Cat', 'Nobody''s', null, 3.00, 4
insert into hb_pet_nicknames (pet_id,nickname) values (?,?);
-- ? 1, 'Mi'
-- ? 1, 'Puss'
-- ? 2, 'T'
insert into hb_events (kind) values (?);
-- ? 'made'
-- commit
-- begin
select o1_0.id,o1_0.created,o1_0.deleted,o1_0.email,o1_0.name,o1_0.settings,o1_0.version from hb_owners o1_0 where o1_0.id=?;
-- ? 1
select o1_0.id,o1_0.email,o1_0.name,p1_0.owner_id,p1_0.id,p1_0.kind,p1_0.name,p1_0.weight from hb_owners o1_0 left join hb_pets p1_0 on o1_0.id=p1_0.owner_id where o1_0.id=? order by p1_0.id;
-- ? 1
select n1_0.pet_id,n1_0.nickname from hb_pet_nicknames n1_0 where n1_0.pet_id in (?,?,?) order by 1,2;
-- ? 1, 2, 3
select p1_0.id,case when p1_0.kind='Cat' then 1 when p1_0.kind='Dog' then 2 end,p1_0.name from hb_pets p1_0 where p1_0.kind in ('Cat','Dog') and upper(p1_0.name) like upper(?) escape '' order by p1_0.id;
-- ? '%o%'
select o1_0.id,o1_0.name from hb_owners o1_0 where o1_0.deleted=0 order by o1_0.name limit ?,?;
-- ? 1, 2
select o1_0.id,o1_0.name from hb_owners o1_0 order by o1_0.id limit ?;
-- ? 2
select count(o1_0.id) from hb_owners o1_0 where o1_0.name like ? escape '';
-- ? '%b%'
select count(*),max(p1_0.weight),avg(p1_0.weight) from hb_pets p1_0 group by p1_0.kind having count(*)>? order by 1;
-- ? 0
select distinct o1_0.id,o1_0.name from hb_owners o1_0 where exists(select 1 from hb_pets p1_0 where p1_0.owner_id=o1_0.id and p1_0.weight>?) order by o1_0.id;
-- ? 1.00
select o1_0.id,(select count(p1_0.id) from hb_pets p1_0 where p1_0.owner_id=o1_0.id),coalesce(o1_0.email,'none'),concat(cast(o1_0.id as char),'/',o1_0.name) from hb_owners o1_0 order by 2 desc,1;
select o1_0.id,row_number() over(partition by o1_0.deleted order by o1_0.created desc) from hb_owners o1_0 order by o1_0.id;
select o1_0.id,o1_0.name from hb_owners o1_0 where o1_0.created between ? and ? and o1_0.created<>localtime order by o1_0.id;
-- ? timestamp '2024-02-01 00:00:00', timestamp '2024-03-01 23:59:59'
with c1_0 (id,weight) as (select p1_0.id,p1_0.weight from hb_pets p1_0 where p1_0.weight>?) select c1_1.id,c1_1.weight from c1_0 c1_1 order by c1_1.id;
-- ? 2.00
(select p1_0.id from hb_pets p1_0 where p1_0.kind=?) union all (select p2_0.id from hb_pets p2_0 where p2_0.kind=?) order by 1;
-- ? 'Cat', 'Dog'
select o1_0.id,json_unquote(json_extract(o1_0.settings,'$.theme')) from hb_owners o1_0 where json_unquote(json_extract(o1_0.settings,'$.theme'))=?;
-- ? 'dark'
select o1_0.id,date_add(o1_0.created,interval 1 day),timestampdiff(hour,o1_0.created,?),extract(year from o1_0.created) from hb_owners o1_0 order by o1_0.id;
-- ? timestamp '2024-04-01 00:00:00'
-- commit
-- begin
select o1_0.id,o1_0.version from hb_owners o1_0 where o1_0.id=? for update;
-- ? 1
select o1_0.id,o1_0.name from hb_owners o1_0 where o1_0.id=? lock in share mode;
-- ? 2
select o1_0.id from hb_owners o1_0 order by o1_0.id limit ? for update skip locked;
-- ? 1
select o1_0.id from hb_owners o1_0 where o1_0.id=? for update nowait;
-- ? 2
select version as version_ from hb_owners where id=?;
-- ? 1
update hb_owners set created=?,deleted=?,email=?,name=?,version=? where id=? and version=?;
-- ? timestamp '2024-02-29 12:00:00.5', false, 'a@x.example', 'Ada L.', 1, 1, 0
update hb_owners set created=?,deleted=?,email=?,name=?,version=? where id=? and version=?;
-- ? timestamp '2024-02-29 12:00:00.5', false, 'a@x.example', 'Somebody else', 1, 1, 0
update hb_owners set version=version+1 where id=? and version=?;
-- ? 2, 0
-- ? 3, 0
update hb_owners o1_0 set o1_0.deleted=1 where o1_0.created<?;
-- ? timestamp '2024-03-01 00:00:00'
update hb_pets p1_0 join hb_owners o1_0 on o1_0.id=p1_0.owner_id set p1_0.weight=(p1_0.weight*?) where o1_0.id=?;
-- ? 2.00, 1
delete from hb_pet_nicknames where pet_id=? and nickname=?;
-- ? 1, 'Mi'
delete from hb_pet_nicknames where pet_id=?;
-- ? 2
delete from hb_visits_pets where visits_id=?;
-- ? 7
update hb_pets set owner_id=null where owner_id=? and id=?;
-- ? 2, 3
delete from hb_pets where id=?;
-- ? 4
delete p1_0 from hb_pets p1_0 where p1_0.name=? and p1_0.owner_id is null;
-- ? 'Nobody'
insert into hb_events (id,kind) values (?,?) on duplicate key update kind=values(kind);
-- ? 1, 'changed'
insert into hb_events (kind) select p1_0.name from hb_pets p1_0 where p1_0.id=?;
-- ? 1
-- fetch 2
select e1_0.id,e1_0.kind from hb_events e1_0 order by e1_0.id;
-- fetch 0
-- rollback
select o1_0.id,o1_0.name,o1_0.version from hb_owners o1_0 order by o1_0.id;
select nothing from hb_owners;
