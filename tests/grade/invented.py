"""An invented class of twelve: what comes out of the grader before it is given back."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

from PIL import Image, ImageDraw

from course.grade.handins import Aside, Batch, Cell, HandIn, Kind, Mark, Output, Ran, Result, Role, Student
from course.grade.remarks import Remark

TITLES = {
    "en": ("Question 1: build it", "Question 2: train it", "Question 3: why does it work?"),
    "ko": ("문제 1: 만들기", "문제 2: 학습하기", "문제 3: 왜 되는가?"),
}
SAID = {
    "en": ("Right.", "`net` is not answered yet.", "The loss does not fall: is the sign right?"),
    "ko": ("맞았습니다.", "`net`에 아직 답하지 않았습니다.", "손실이 줄지 않습니다. 부호가 맞습니까?"),
}
BUILD = """import torch

torch.manual_seed(12345)
net = torch.nn.Sequential(
    torch.nn.Linear(784, 64),  # hidden layer of 64 nodes
    torch.nn.ReLU(),
    torch.nn.Linear(64, 1),
    torch.nn.Sigmoid(),
)"""
TRAIN = """optimizer = torch.optim.Adam(net.parameters(), lr=0.002)
losses = []
for epoch in range(200):
    yhat = net(x)
    loss = loss_fn(yhat, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
print(f"after {epoch + 1} epochs: {losses[-1]:.4f}")"""
OWN = """record = {"loss": [], "steps": 0}
sgd = torch.optim.SGD(net.parameters(), lr=0.5, momentum=0.9)
while record["steps"] < 200 and (not record["loss"] or record["loss"][-1] > 0.01):
    sgd.zero_grad()
    error = torch.nn.functional.binary_cross_entropy(net(x), y)  # mine
    error.backward()
    sgd.step()
    record["loss"] += [float(error)]
    record["steps"] += 1
losses = record["loss"]"""
WRITTEN = """The network learns **thresholds**, one per node:

- each ReLU bends the curve once,
- the output adds them up: $y = \\sum_i w_i x_i$.

```python
x = 3
```"""
NAMES = (
    ("Kim Minji", "김민지"), ("Lee Junho", "이준호"), ("Park Seoyeon", "박서연"), ("Ada Lovelace", "최지우"),
    ("Alan Turing", "정하준"), ("Grace Hopper", "강도윤"), ("Emmy Noether", "조서윤"), ("Sofia Kovalevskaya", "윤예준"),
    ("Jang Ha-eun", "장하은"), ("Lim Si-woo", "임시우"), ("Han Ji-ho", "한지호"), ("Oh Yuna", "오유나"),
)  # fmt: skip


def png(width=420, height=260):
    """Return a PNG of a curve."""
    picture = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(picture).line([(x, height - 20 - (x * x) // 800) for x in range(20, width, 4)], "#1f5a9e", 3)
    target = BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


def cells(build=BUILD, train=TRAIN, written=WRITTEN, added=""):
    """Return the cells of a hand-in for a homework of three questions."""
    more = [Cell(Role.ADDED, "train-answer", added)] if added else []
    return (
        Cell(Role.GIVEN, "data", "x, y = load()"),
        Cell(Role.ANSWER, "build-answer", build),
        Cell(Role.CHECK, "build-check", "grade(1, check_build, points=3)"),
        Cell(Role.ANSWER, "train-answer", train),
        *more,
        Cell(Role.CHECK, "train-check", "grade(2, check_train, points=4)"),
        Cell(Role.WRITTEN, "why", written),
    )


def result(key="7", name="Kim Minji", points=(3, 4, 3), said=("Right.", "Right.", ""), language="en", **changes):
    """Return what became of a hand-in of three questions, worth 3, 4 and 3 points."""
    titles = TITLES[language]
    marks = (
        Mark("build-check", titles[0], points[0], 3, said[0]),
        Mark("train-check", titles[1], points[1], 4, said[1]),
        Mark("why", titles[2], points[2], 3, said[2], by_hand=True),
    )
    hand_in = HandIn(
        Student(key, name, changes.pop("origin", {})),
        changes.pop("file", f"hw.zip/{name}_{key}_assignsubmission_file/hw.ipynb"),
        changes.pop("cells", cells()),
        changes.pop("remarks", ()),
        late=changes.pop("late", None),
    )
    return Result(hand_in, marks, **{"ran": ran()} | changes)


def ran(text="after 200 epochs: 0.0213\n", seconds=4.2, picture=None):
    """Return what the cells put out."""
    pictures = (Output(Kind.PICTURE, png=png() if picture is None else picture),)
    return (Ran(1, (), 0.1), Ran(3, (Output(Kind.STDOUT, text), *pictures), seconds))


def a_class(language="en"):
    """Return twelve students' results and the batch that they come from."""
    said, found = SAID[language], []
    for index, names in enumerate(NAMES):
        name = names[language == "ko"]
        first, second = (3, 0, 3, 3)[index % 4], (4, 2, 4, 1, 0)[index % 5]
        words = (said[0] if first else said[1], said[0] if second == 4 else said[2], "")
        each = result(
            f"{index + 101}", name, (first, second, 3 - index % 3), words, language, ran=ran(seconds=1.5 * index)
        )
        found.append(each)
    for index, train in ((1, OWN), (6, OWN.replace("record", "history").replace("  # mine", ""))):
        found[index] = replace(found[index], hand_in=replace(found[index].hand_in, cells=cells(train=train)))
    found[3] = replace(found[3], hand_in=replace(found[3].hand_in, late=timedelta(days=1, hours=3)), penalty=1.0)
    found[5] = replace(found[5], marks=(*found[5].marks[:2], replace(found[5].marks[2], points=None)))
    unread = HandIn(found[8].hand_in.student, "hw.zip/notes.pdf", (), (Remark("test_unread", {"kind": "PDF"}),))
    found[8] = Result(unread, tuple(replace(m, points=0.0, said="") for m in found[8].marks), remarks=())
    aside = Aside("hw.zip/__MACOSX/._hw.ipynb", Remark("test_aside"))
    batch = Batch(
        "moodle", tuple(each.hand_in for each in found), (aside, replace(aside, student=found[0].hand_in.student))
    )
    return batch, tuple(found)
