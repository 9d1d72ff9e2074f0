"""What people type and what they find, on the documented network and on a whole nation's offer."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from takwin.core.lexicon import Lexicon, distance
from takwin.offer import catalogue
from takwin.offer.finding import Entry, Index, Place, Synonym
from takwin.offer.models import Programme, Term
from takwin.offer.tests.make import make_offering, make_season

QUERIES = [tuple(row) for row in csv.reader((Path(__file__).parent / "queries.csv").open(encoding="utf-8"))][1:]


def first(found, number=5):
    """Names of the best programmes, the order of a tie by key."""
    keys = sorted(found.ranks or {}, key=lambda pk: (-found.ranks[pk], pk))[:number]
    rows = Programme.objects.in_bulk(keys)
    return [rows[pk].name_fr for pk in keys]


@pytest.fixture
def nation(db):
    """The simulated offer of a nation: 727 programmes, some of them at Fez, Marrakech, Agadir and Meknès."""
    from takwin.web.simulation.offer import write_programmes, write_sectors

    season = make_season()
    write_sectors()
    taught = {programme.name_fr: programme.code for programme in write_programmes()}
    for name, centre in (
        ("Coiffure", "cmc-marrakech-safi"), ("Soudage", "cmc-marrakech-safi"), ("Aide-soignant", "ismss-oujda"),
        ("Couture", "ismss-meknes"), ("Plomberie", "ismss-meknes"),
    ):  # fmt: skip
        make_offering(season, programme=taught[name], centre=centre)
    catalogue.clear_cache()
    return season


@pytest.mark.django_db
class TestNation:
    def test_each_query_puts_a_right_programme_among_the_first_five(self, nation):
        assert len(QUERIES) > 100
        failed = {}
        for query, wanted in QUERIES:
            names = first(catalogue.find(query, nation))
            if not any(part in name for part in wanted.split("|") for name in names):
                failed[query] = names
        assert failed == {}

    @pytest.mark.parametrize("query", ["soudure marrakech", "سودور مراكش", "soudure kech", "لحام بمراكش"])
    def test_a_trade_and_a_town(self, nation, query):
        found = catalogue.find(query, nation)
        assert (first(found), found.place, found.elsewhere) == (["Soudage"], "marrakech", False)

    def test_a_town_where_the_trade_is_not_taught(self, nation):
        found = catalogue.find("plomberie oujda", nation)
        assert found.elsewhere
        assert first(found)[0] == "Plomberie"

    @pytest.mark.parametrize("query", ["oujda", "وجدة", "wajda"])
    def test_a_town_alone(self, nation, query):
        assert "Aide-soignant" in [
            p.name_fr for p in Programme.objects.filter(pk__in=catalogue.find(query, nation).ranks)
        ]

    def test_a_town_without_a_centre_shows_its_region(self, nation):
        found = catalogue.find("أزرو", nation)
        assert found.elsewhere
        assert found.ranks

    @pytest.mark.parametrize("query", ["😀", "؟؟", "c", "a", "xqzwk", "'; drop table", "\x00", "de la"])
    def test_noise_finds_nothing(self, nation, query):
        assert catalogue.find(query, nation).ranks == {}

    def test_two_letters_do_not_find_the_whole_offer(self, nation):
        assert len(catalogue.find("ai", nation).ranks) < 60

    @pytest.mark.parametrize("query", ["", "  ", "formation", "تكوين"])
    def test_nothing_asked_is_everything(self, nation, query):
        found = catalogue.find(query, nation)
        assert found.ranks is None or len(found.ranks) > 100

    def test_a_long_query_is_bounded(self, nation):
        assert catalogue.find("soudure " * 10_000, nation).ranks

    def test_a_new_programme_is_found_at_once(self, nation):
        assert catalogue.find("falconry", nation).ranks == {}
        Programme.objects.create(code="falconry", name_ar="البيزرة", name_en="Falconry", kind="diploma")
        assert len(catalogue.find("falconry", nation).ranks) == 1

    def test_the_index_costs_three_queries_once_made(self, nation, django_assert_num_queries):
        catalogue.find("soudure", nation)
        with django_assert_num_queries(3):
            catalogue.find("plombier", nation)


@pytest.mark.django_db
class TestDocumentedNetwork:
    @pytest.mark.parametrize(
        ("query", "near"),
        [
            ("plombier", "Froid commercial et climatisation"),
            ("soudure", "Ferronnerie d'art"),
            ("محاسبة", "Gestion digitale"),
        ],
    )
    def test_a_trade_nobody_teaches_says_so_and_shows_the_nearest(self, query, near):
        found = catalogue.find(query, None)
        assert found.nearest
        assert near in first(found)

    def test_a_typing_error_is_named(self):
        found = catalogue.find("patisrie", None)
        assert found.read == [("patisrie", "patisserie")]
        assert "Pâtisserie" in first(found)

    def test_occupations_are_named_too(self):
        assert "5141" in catalogue.find("حجام", None).occupations

    def test_terms_point_at_rows_that_exist(self):
        codes = set(Programme.objects.values_list("code", flat=True))
        assert {code for row in Term.objects.all() for code in row.near} <= codes
        assert {"ar", "fr", "en", "ary"} == set(Term.objects.values_list("language", flat=True))


class TestLexicon:
    def test_distance_counts_swaps_as_one(self):
        assert [distance("froid", other, 2) for other in ("froid", "forid", "frois", "fro")] == [0, 1, 1, 2]
        assert distance("froid", "boulangerie", 2) == 3

    def test_short_words_have_no_neighbours(self):
        assert Lexicon(["bois", "mode"]).close("boi") == []
        assert Lexicon(["bois", "mode"]).close("boiss") == ["bois"]


class TestIndex:
    ENTRY = Entry(
        1, ["الخياطة", "Couture", "Sewing"], {"7531": ["الخياطون", "Tailleurs", "Tailors"]}, [], frozenset({"03.061."})
    )

    def index(self):
        synonyms = [Synonym(["كوتير"], occupations=["7531"])]
        return Index([self.ENTRY], synonyms, [Place(["Fès", "فاس"], "03.", "fes")], ["cours"])

    @pytest.mark.parametrize(
        "query", ["couture", "Coutures", "خياطة", "كوتير", "cours de couture", "tailleur", "cout", "خياطة بفاس"]
    )
    def test_a_programme_is_found_by(self, query):
        assert list(self.index().find(query).ranks) == [1]

    def test_words_of_another_trade_do_not_find_it(self):
        assert self.index().find("plomberie").ranks == {}


@pytest.mark.django_db
class TestPages:
    def page(self, client, path, query):
        answer = client.get(path, {"q": query})
        assert answer.status_code == 200
        return answer.content.decode()

    def test_the_list_says_that_nobody_teaches_it_yet(self, client):
        page = self.page(client, "/programmes/", "plombier")
        assert "لا شعبة في الشبكة تدرّس «plombier» بعد" in page
        assert "refrigeration-air-conditioning" in page

    def test_the_list_says_how_it_read_an_error(self, client):
        assert "قُرئت «patisrie» على أنها «patisserie»" in self.page(client, "/programmes/", "patisrie")

    def test_the_best_stands_first_whatever_the_demand(self, client):
        page = self.page(client, "/programmes/", "nursing")
        assert page.index("/programmes/nursing/") < page.index("/programmes/nursing-assistant-rehabilitation/")

    @pytest.mark.parametrize("query", ["😀😀😀", "xqzwk", "c"])
    def test_an_empty_list_suggests(self, client, query):
        page = self.page(client, "/programmes/", query)
        assert "?sector=crafts" in page
        assert "/guidance/test/" in page

    @pytest.mark.parametrize(("query", "code"), [("حجام", "5141"), ("soudor", "7212"), ("plombiers", "7126")])
    def test_occupations_are_found_by_other_words(self, client, query, code):
        assert f"/occupations/{code}/" in self.page(client, "/occupations/", query)

    @pytest.mark.parametrize("query", ["meknes", "مكناس", "mekns", "soins infirmiers meknes", "radiologie meknès"])
    def test_centres_are_found_by_town_error_and_trade(self, client, query):
        assert "/centres/ismss-meknes/" in self.page(client, "/centres/", query).split('id="rows"')[1]

    def test_the_export_holds_what_was_found(self, client):
        assert [row["code"] for row in client.get("/programmes/?q=plombier&format=json").json()] != []
