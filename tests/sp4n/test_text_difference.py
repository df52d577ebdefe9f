"""Two texts word by word: the pieces always make both of them again."""

from hypothesis import given
from hypothesis import strategies as st

from app.sp4n.inbound.quarantine_pages import MOST_COMPARED, Piece, difference_in_words

TEXTS = st.lists(st.sampled_from(["lubang", "dua", "tiga", " ", "\n", "jalan", "<b>"]), max_size=40).map("".join)


@given(TEXTS, TEXTS)
def test_the_pieces_make_both_texts_again(old: str, new: str) -> None:
    pieces = difference_in_words(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == new


def test_only_the_words_that_differ_are_marked() -> None:
    assert difference_in_words("sudah dua orang jatuh", "sudah tiga orang jatuh") == (
        Piece("same", "sudah "),
        Piece("gone", "dua"),
        Piece("new", "tiga"),
        Piece("same", " orang jatuh"),
    )


def test_texts_too_long_to_compare_are_shown_whole() -> None:
    words = int(MOST_COMPARED**0.5)
    old, new = "a " * words, "b " * words
    assert difference_in_words(old, new) == (Piece("gone", old), Piece("new", new))
    assert difference_in_words("", new * words)[0] == Piece("new", new * words)
