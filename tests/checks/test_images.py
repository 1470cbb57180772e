from checks.specimen import context, page, where

PICTURE = '<img src="https://www.example.org/walk.jpg" width="560" alt="Families on the walk">'


def test_a_picture_needs_an_alt_text():
    spoiled = PICTURE.replace(' alt="Families on the walk"', "")
    assert where(context(html=page(extra=spoiled)), "image-without-alt") == ["html"]
    assert where(context(html=page(extra=PICTURE)), "image-without-alt") == []
    assert where(context(html=page(extra=spoiled.replace("<img", '<img alt=""'))), "image-without-alt") == []
