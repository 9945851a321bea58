"""Prints what SQLAlchemy 2 sees, tables, relations and reflection included: with_sqlalchemy.py URL.

https://docs.sqlalchemy.org/en/20/orm/
"""
import datetime
import decimal
import sys
from typing import List, Optional

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import mysql, postgresql

url = sys.argv[1]
engine = sa.create_engine(url, pool_size=2, pool_pre_ping=True)
postgres = engine.dialect.name == "postgresql"


class Base(orm.DeclarativeBase):
    pass


tagged = sa.Table(
    "al_tagged", Base.metadata,
    sa.Column("post_id", sa.ForeignKey("al_posts.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("tag_id", sa.ForeignKey("al_tags.id"), primary_key=True))


class User(Base):
    __tablename__ = "al_users"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    kind: orm.Mapped[str] = orm.mapped_column(sa.String(20))
    email: orm.Mapped[str] = orm.mapped_column(sa.String(120), unique=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(80), index=True)
    balance: orm.Mapped[decimal.Decimal] = orm.mapped_column(sa.Numeric(12, 2), default=0)
    settings: orm.Mapped[Optional[dict]] = orm.mapped_column(sa.JSON)
    joined: orm.Mapped[Optional[datetime.datetime]]
    version: orm.Mapped[int] = orm.mapped_column(nullable=False)
    posts: orm.Mapped[List["Post"]] = orm.relationship(
        back_populates="author", cascade="all, delete-orphan", order_by="Post.id")
    __mapper_args__ = {
        "version_id_col": version, "polymorphic_on": kind, "polymorphic_identity": "user"}


class Admin(User):
    __tablename__ = "al_admins"
    id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("al_users.id"), primary_key=True)
    level: orm.Mapped[int] = orm.mapped_column(default=1)
    __mapper_args__ = {"polymorphic_identity": "admin"}


class Post(Base):
    __tablename__ = "al_posts"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    author_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("al_users.id"))
    title: orm.Mapped[str] = orm.mapped_column(sa.String(120))
    score: orm.Mapped[Optional[float]]
    deleted: orm.Mapped[bool] = orm.mapped_column(default=False)
    author: orm.Mapped[User] = orm.relationship(back_populates="posts")
    tags: orm.Mapped[List["Tag"]] = orm.relationship(secondary=tagged, order_by="Tag.id")


class Tag(Base):
    __tablename__ = "al_tags"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    label: orm.Mapped[str] = orm.mapped_column(sa.String(40), unique=True)


def show(name, value):
    print(f"{name}\t{value!r}")


def rows(session, statement, parameters=None):
    return [tuple(row) for row in session.execute(statement, parameters or {})]


def fails(name, work):
    try:
        work()
        show(name, "it did not fail")
    except sa.exc.DBAPIError as error:
        show(name, (type(error).__name__, str(error.orig.args[0]).split("\n")[0]))
    except orm.exc.StaleDataError:
        show(name, "StaleDataError")


def described(user):
    return (type(user).__name__, user.id, user.name, user.balance, user.settings, user.version,
            [(post.id, post.title, [tag.label for tag in post.tags]) for post in user.posts])


Base.metadata.create_all(engine)
Base.metadata.create_all(engine)

with orm.Session(engine) as session, session.begin():
    tags = [Tag(label=label) for label in ("red", "green", "blue")]
    ada = User(email="a@x.example", name="Ada", settings={"theme": "dark", "n": [1, 2]})
    ada.posts = [Post(title="First", score=1.5, tags=tags[:2]), Post(title="Second", tags=tags)]
    bob = Admin(email="b@x.example", name="Bob O'Hara", level=3, balance=decimal.Decimal("12.50"),
                joined=datetime.datetime(2024, 2, 29, 12, 0, 0, 123000))
    session.add_all([ada, bob])
    session.add_all([User(email=f"u{n}@x.example", name=f"User {n} \u00fc\U0001f642", balance=n)
                     for n in range(250)])
    session.flush()
    session.add_all([Post(author=bob, title=f"Post {n}", score=n / 4) for n in range(40)])

with orm.Session(engine) as session:
    show("get", described(session.get(User, 1)))
    by_name = sa.select(User).where(User.name.in_(["Ada", "Bob O'Hara"])).order_by(User.id)
    for name, loading in (("selectin", orm.selectinload), ("joined", orm.joinedload),
                          ("subquery", orm.subqueryload), ("lazy", orm.lazyload)):
        session.expire_all()
        found = session.scalars(by_name.options(loading(User.posts).options(loading(Post.tags))))
        show(name, [described(user) for user in found.unique()])
    everybody = orm.with_polymorphic(User, "*")
    show("polymorphic", [(user.id, getattr(user, "level", None)) for user in session.scalars(
        sa.select(everybody).order_by(everybody.id).limit(4))])
    for page in range(3):
        show(f"page {page}", rows(session, sa.select(User.id, User.email).where(
            User.balance >= 10).order_by(User.balance.desc(), User.id).limit(50).offset(page * 50)))
    show("count", session.scalar(sa.select(sa.func.count()).select_from(User)))
    show("groups", rows(session, sa.select(
        User.name, sa.func.count(Post.id), sa.func.max(Post.score), sa.func.avg(Post.score)).join(
        Post, isouter=True).group_by(User.id, User.name).having(
        sa.func.count(Post.id) > 1).order_by(User.id)))
    ranked = sa.select(Post.id, sa.func.row_number().over(
        partition_by=Post.author_id, order_by=Post.score.desc()).label("place"), Post.score).where(
        Post.score.is_not(None)).cte("ranked")
    show("windows in a CTE", rows(session, sa.select(ranked).where(
        ranked.c.place <= 3).order_by(ranked.c.id)))
    show("exists", rows(session, sa.select(User.id).where(User.posts.any(
        Post.tags.any(Tag.label == "blue"))).order_by(User.id)))
    show("like, between, case", rows(session, sa.select(User.id, sa.case(
        (User.balance > 100, "rich"), else_="poor")).where(sa.or_(
            User.name.like("User 1%"), User.name.startswith("A_", autoescape=True),
            User.balance.between(5, 7)), ~User.email.contains("9")).order_by(User.id)))
    show("union", rows(session, sa.union_all(
        sa.select(Tag.label).where(Tag.id == 1), sa.select(Tag.label).where(Tag.id == 2))))
    show("JSON", rows(session, sa.select(User.id, User.settings["theme"].as_string()).where(
        User.settings["n"][1].as_integer() == 2)))
    show("text", rows(session, sa.text(
        "SELECT id, title FROM al_posts WHERE score > :score ORDER BY id"), {"score": 5}))
    streamed = session.scalars(sa.select(User.id).order_by(User.id).execution_options(
        stream_results=True, yield_per=30))
    show("streamed", sum(sum(part) for part in streamed.partitions()))

with orm.Session(engine) as session:
    locked = session.scalars(sa.select(User).where(User.id == 2).with_for_update()).one()
    locked.name = "Robert"
    session.commit()
    show("after the commit", (locked.name, locked.version))
    locked.name = "Nobody"
    session.flush()
    session.rollback()
    show("after the rollback", locked.name)
    try:
        with session.begin_nested():
            session.add(User(email="a@x.example", name="Eve"))
    except sa.exc.IntegrityError as error:
        show("in a savepoint", type(error).__name__)
    session.add(Tag(label="outside"))
    session.commit()
    show("tags", rows(session, sa.select(Tag.label).order_by(Tag.id)))
    session.execute(sa.update(User).where(User.id == 3).values(version=User.version + 1),
                    execution_options={"synchronize_session": False})
    session.commit()

with orm.Session(engine) as one, orm.Session(engine) as other:
    mine, theirs = one.get(User, 4), other.get(User, 4)
    mine.name = "First"
    one.commit()
    theirs.name = "Second"
    fails("somebody else was first", other.commit)

with orm.Session(engine) as session, session.begin():
    show("update", session.execute(sa.update(Post).where(Post.score > 5).values(
        title=sa.func.concat(Post.title, "!"))).rowcount)
    if postgres:
        show("update returning", rows(session, sa.update(Post).where(Post.id == 3).values(
            title="Changed").returning(Post.id, Post.title)))
        insert = postgresql.insert(User).values(
            email="a@x.example", name="Ada L.", kind="user", version=1)
        show("upsert", rows(session, insert.on_conflict_do_update(
            index_elements=[User.email], set_={"name": insert.excluded.name}).returning(
            User.id, User.name)))
    else:
        insert = mysql.insert(User).values(
            email="a@x.example", name="Ada L.", balance=0, kind="user", version=1)
        show("upsert", session.execute(insert.on_duplicate_key_update(
            name=insert.inserted.name)).rowcount)
    show("update from", session.execute(sa.update(Post).where(
        Post.author_id == User.id, User.email == "a@x.example").values(title="Hers"),
        execution_options={"synchronize_session": False}).rowcount)
    session.execute(sa.update(Post), [{"id": n, "score": n * 2.0} for n in (1, 2, 4)])
    session.execute(sa.insert(Tag), [{"label": f"many {n}"} for n in range(300)])
    show("delete", session.execute(sa.delete(Tag).where(Tag.label.like("many 1%"))).rowcount)
    session.delete(session.get(User, 1))
    session.get(Post, 5).deleted = True
    post, tag = session.get(Post, 6), session.get(Tag, 3)
    post.tags.append(tag)
    session.flush()
    post.tags.remove(tag)

with engine.connect() as connection:
    fails("wrong", lambda: connection.execute(sa.text("SELECT nothing FROM al_users")))
    connection.rollback()
    serializable = connection.execution_options(isolation_level="SERIALIZABLE")
    show("serializable", serializable.execute(sa.select(sa.func.count(Post.id))).scalar())

inspector = sa.inspect(engine)
show("schemas", sorted(name for name in inspector.get_schema_names() if not name.startswith("pg_")))
show("views", inspector.get_view_names())
for table in ("al_admins", "al_posts", "al_tagged", "al_tags", "al_users"):
    show(table, (
        [(each["name"], str(each["type"]), each["nullable"], each["default"])
         for each in inspector.get_columns(table)],
        inspector.get_pk_constraint(table), inspector.get_foreign_keys(table),
        sorted(map(repr, inspector.get_indexes(table))), inspector.get_unique_constraints(table),
        inspector.get_check_constraints(table), inspector.get_table_comment(table)["text"]))
reflected = sa.MetaData()
reflected.reflect(engine, only=lambda name, _: name.startswith("al_"))
show("reflected", sorted(reflected.tables))
