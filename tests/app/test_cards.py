"""Cards through the pages: filling, signing, returning, reading."""

from tests.app.cards_world import card_of, fill_card, open_cycle, press, save


def test_typed_numbers_are_kept_even_where_their_sum_is_wrong(login_as) -> None:
    open_cycle()
    card, head = card_of("school1"), login_as("boris")
    url = f"/cards/{card.id}/sections/students"
    response = save(head, url, st_total="100", st_1_4="40", st_5_9="50", st_10_11="11")
    assert response.status_code == 302
    assert card_of("school1").fields["st_10_11"]["value"] == "11"
    page = head.get(url).get_data(as_text=True)
    assert "40 + 50 + 11 = 101, в поле 2.01 — 100: больше на 1" in page
    assert page.count("<title>Ошибка:") == 1


def test_card_goes_from_head_to_methodologist_and_back(login_as) -> None:
    open_cycle()
    card = card_of("school1")
    fill_card(card)
    head, methodist = login_as("boris"), login_as("galina")
    base = f"/cards/{card.id}"
    sent = press(
        head, f"{base}/sign", f"{base}/sign", seen=card.version, name="Борисов Борис Ильич, директор", sure="1"
    )
    assert sent.status_code == 302
    assert card_of("school1").status == "sent"
    assert save(head, f"{base}/sections/students", st_total="1").status_code == 302
    assert card_of("school1").fields["st_total"]["value"] == "312"
    press(methodist, f"{base}/review", f"{base}/return", **{"remark-age_55": "В базе кадров 9. Уточните."})
    assert card_of("school1").status == "returned"
    page = head.get(f"{base}/sections/staff").get_data(as_text=True)
    assert "В базе кадров 9. Уточните." in page
    assert "Подписать пока нельзя" in head.get(f"{base}/sign").get_data(as_text=True)
