"""A small homework that needs neither MNIST nor time: made cell by cell as the real ones are, its checks cell theirs.

Three questions with a check, 2 points each, and a written answer, 2 points: 6 points by checks, 8 with the written
one. The third question has two answer cells; the last answer cell has no check.
"""

from pathlib import Path

from nbformat import NotebookNode, from_dict, v4

from course import notebooks, release

NAME = "small"
REAL = notebooks.ROOT / "solutions" / "03-threes-and-sevens" / "03-threes-and-sevens.ipynb"
PARAMETERS = 'SEED = 7\nEPOCHS = 5\nLANGUAGE = "en"'
KINDS = {
    "given": {"grade": False, "locked": True, "solution": False},
    "answer": {"grade": False, "locked": False, "solution": True},
    "written": {"grade": True, "locked": False, "solution": True, "points": 2},
    "check": {"grade": True, "locked": True, "solution": False, "points": 2},
}
MESSAGES = """
# @title
MESSAGES = {
    "en": {
        "question": "Question {question}",
        "points": "{earned} of {points} points",
        "right": "Right.",
        "unanswered": "{name} is not answered yet.",
        "stopped": "Your answer stopped the check with {error}: {text}",
        "no_number": "{name} should be a number; it is of type {got}.",
        "no_tensor": "{name} should be a tensor or a list of numbers; it is of type {got}.",
        "shape": "{name} has the shape {got}; it should have the shape {wanted}.",
        "hand_in": "Download the notebook and hand in that file.",
        "no_call": "{name} should be a network that can be called; it is of type {got}.",
        "layers": "Your network is {got}; it should be {wanted}.",
        "start": "The weights are not those of the seed.",
        "loss": "On an invented example your loss is {got}; it should be {wanted}.",
        "trains": "The losses are not those of the training that was asked for.",
        "smallest": "The smallest loss is {wanted}, not {got}.",
    },
    "ko": {
        "question": "문제 {question}",
        "points": "{points}점 중 {earned}점",
        "right": "맞았습니다.",
        "unanswered": "{name}에 아직 답하지 않았습니다.",
        "stopped": "답 때문에 채점이 {error} 오류로 멈추었습니다: {text}",
        "no_number": "{name}은(는) 수여야 하는데 자료형이 {got}입니다.",
        "no_tensor": "{name}은(는) 텐서이거나 수의 리스트여야 하는데 자료형이 {got}입니다.",
        "shape": "{name}의 모양이 {got}입니다. {wanted}이어야 합니다.",
        "hand_in": "노트북을 내려받아 그 파일을 제출하세요.",
        "no_call": "{name}은(는) 부를 수 있는 네트워크여야 하는데 자료형이 {got}입니다.",
        "layers": "만든 네트워크는 {got}입니다. {wanted}이어야 합니다.",
        "start": "가중치가 시드의 것이 아닙니다.",
        "loss": "지어낸 예에서 손실이 {got}인데 {wanted}이어야 합니다.",
        "trains": "손실이 문제에서 말한 학습의 것이 아닙니다.",
        "smallest": "가장 작은 손실은 {got}이 아니라 {wanted}입니다.",
    },
}
"""
DATA = """
import torch

x = torch.linspace(-1, 1, 20).reshape(-1, 1)
y = x.abs()
x.shape
"""
BUILD = """
net = ...
### BEGIN SOLUTION
torch.manual_seed(SEED)
net = torch.nn.Sequential(torch.nn.Linear(1, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
### END SOLUTION
"""
CHECK_BUILD = """
# @title
def fresh():
    torch.manual_seed(SEED)
    return torch.nn.Sequential(torch.nn.Linear(1, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))


def check_build(net):
    expect(callable(net), "no_call", name="net", got=type(net).__name__)
    wanted, got = fresh(), _tensor(net(x), "net(x)", (20, 1))
    yield 1
    right = _same(got, wanted(x))
    expect(right or _layers(net) == _layers(wanted), "layers", got=_layers(net), wanted=_layers(wanted))
    expect(right, "start")
    yield 1


grade(1, check_build, points=2)
"""
LOSS = """
def loss_fn(yhat, y):
    ### BEGIN SOLUTION
    return ((yhat - y) ** 2).mean()
    ### END SOLUTION
"""
CHECK_LOSS = """
# @title
def check_loss(loss_fn):
    for yhat in (torch.tensor([[1.0], [3.0]]), torch.tensor([[-1.0], [0.5]])):
        wanted = torch.nn.functional.mse_loss(yhat, torch.zeros(2, 1)).item()
        got = loss_fn(yhat, torch.zeros(2, 1))
        expect(got is not None, "unanswered", name="loss_fn")
        expect(_same(_number(got, "loss_fn(yhat, y)"), wanted), "loss", got=_number(got, "loss_fn"), wanted=wanted)
        yield 1


grade(2, check_loss, points=2)
"""
TRAIN = """
trained = ...
losses = ...
### BEGIN SOLUTION
trained = fresh()
optimizer = torch.optim.SGD(trained.parameters(), lr=0.1)
losses = []
for epoch in range(EPOCHS):
    loss = torch.nn.MSELoss()(trained(x), y)
    losses.append(loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
### END SOLUTION
"""
SMALLEST = """
smallest = ...
### BEGIN SOLUTION
smallest = min(losses)
### END SOLUTION
"""
CHECK_TRAIN = """
# @title
def trained_losses():
    net, losses = fresh(), []
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(EPOCHS):
        loss = torch.nn.functional.mse_loss(net(x), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


def check_train(losses, smallest):
    wanted = trained_losses()
    expect(_same(_tensor(losses, "losses", (EPOCHS,)), wanted), "trains")
    yield 1
    got = _number(smallest, "smallest")
    expect(_same(got, min(wanted)), "smallest", got=got, wanted=min(wanted))
    yield 1


grade(3, check_train, points=2)
"""
LOOK = """
### BEGIN SOLUTION
print(fresh()(x).detach().flatten()[:3])
### END SOLUTION
"""
WHY = "A square is never below 0, and neither is a mean of squares.\n\n*Marks:* 1 for squares; 1 for their mean."
TITLE = "# Homework: small\n\nWrite your answers where it says `# your code here`. **Points:** 8."
MARK_SCHEME = "\n\n<!-- BEGIN MARK SCHEME -->\n**Solution.** Seed, then build.\n<!-- END MARK SCHEME -->"


def _markdown(name, source):
    return v4.new_markdown_cell(source, id=name)


def _cell(kind, name, source, tags=()):
    make = v4.new_markdown_cell if kind == "written" else v4.new_code_cell
    nbgrader = {**KINDS[kind], "grade_id": name, "schema_version": 3, "task": False}
    metadata = {"nbgrader": nbgrader} | ({"tags": list(tags)} if tags else {})
    if "hide-input" in tags:
        metadata["cellView"] = "form"
    return make(source.strip("\n"), id=name, metadata=metadata)


def master():
    """Return the master."""
    checks = next(cell.source for cell in notebooks.read(REAL).cells if cell.id == "checks")
    hidden = ("hide-input",)
    notebook = v4.new_notebook(
        cells=[
            _markdown("title", TITLE),
            _cell("given", "parameters", PARAMETERS, ("parameters",)),
            _markdown("prepare", "Run the next cells."),
            _cell("given", "messages", MESSAGES, hidden),
            _cell("given", "checks", checks, hidden),
            _cell("given", "data", DATA),
            _markdown("given", "## Question 1: build it (2 points)\n\nBuild 1-4-1 as `net`." + MARK_SCHEME),
            _cell("answer", "build-answer", BUILD),
            _cell("check", "build-check", CHECK_BUILD, hidden),
            _markdown("loss", "## Question 2: a loss (2 points)\n\nWrite `loss_fn(yhat, y)`."),
            _cell("answer", "loss-answer", LOSS),
            _cell("check", "loss-check", CHECK_LOSS, hidden),
            _markdown("train", "## Question 3: train it (2 + 2 points)\n\nTrain `fresh()` and record `losses`."),
            _cell("answer", "train-answer", TRAIN),
            _markdown("least", "Which is the `smallest`?"),
            _cell("answer", "smallest-answer", SMALLEST),
            _cell("check", "train-check", CHECK_TRAIN, hidden),
            _markdown("why", "Why is it not below 0?"),
            _cell("written", "why-answer", WHY),
            _markdown("look", "Look at `fresh()(x)`."),
            _cell("answer", "look-answer", LOOK),
            _markdown("hand-in", "## Hand in\n\nRun the last cell."),
            _cell("given", "summary", "summary([1, 2, 3])"),
        ]
    )
    return notebooks.canonical(notebook)


def write(masters):
    """Write the master as a course has it, ``small/small.ipynb`` in a folder of masters, and return its path."""
    path = Path(masters) / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    notebooks.write(path, master())
    return path


def released() -> NotebookNode:
    """Return what students get."""
    return release.release(master(), Path(f"{NAME}.ipynb"))


def answered(**answers: str) -> NotebookNode:
    """Return a hand-in: the fully right answers, but for those named, ``build_answer="net = None"``."""
    right = {cell.id: _bare(cell.source) for cell in master().cells if "nbgrader" in cell.metadata}
    right |= {name.replace("_", "-"): source for name, source in answers.items()}
    notebook: NotebookNode = from_dict(released())
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = right[cell.id]
    return notebook


def _bare(source):
    lines = [line for line in source.splitlines() if "### BEGIN" not in line and "### END" not in line]
    return "\n".join(lines)
