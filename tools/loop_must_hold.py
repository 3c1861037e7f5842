#!/usr/bin/env python3
"""What a loop that runs for weeks must survive, tried on a small one: kills, faults, and what the driver costs.

usage: tools/loop_must_hold.py BUILD_DIR [--kills 200] [--tasks 10000] [--seed 1] [--only kills|faults|cost]

Each study is the one of tests/app/learn_test.cpp (tiny networks, a pair potential for a teacher). Exit status 1 if anything did not hold.
kills   kill -9 of the driver, a wrapper or a worker at random moments, each study then run to its end: the same bank and models byte
        for byte as undisturbed, no task done twice, none computed again whose manifest had arrived.
faults  a dead worker, a full disk (a tmpfs of 2 MB; needs root), a clock that jumps by days, labels that do not converge, garbage for
        an output, a second driver: each named by vitrion why, nothing else stopped, nothing lost. (A slow file server: FakeSlurm tests.)
cost    the driver's processor time for a task, and vitrion status, with many tasks.
"""
import argparse, json, os, pathlib, random, shutil, signal, sqlite3, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[1]
STUDY = """
[study]
name = "tiny"
elements = ["Na", "P", "S", "O"]
seed = 5
[learn]
iterations = 1
[potential]
cutoff = 5.0
embedding = [4, 8]
axis = 4
fitting = [12, 12]
ensemble = 2
[train]
first = {{ steps = 150, rate = [3e-3, 1e-3] }}
retrain = {{ steps = 80, rate = [2e-3, 1e-3] }}
[label]
engine = "command"
command = "{command}"
settings = "pairs"
pack = 2
[seed]
prototypes = ["na3ps4_tetragonal"]
scale = [0.97, 1.03]
perturb = {{ cell = 0.03, atoms = 0.1, copies = 3 }}
[[explore]]
name = "warm"
start = "crystals"
temperature = [300, 600]
time = 0.1
every = 0.01
runs = 2
[select]
force = [0.01, 50.0]
per_iteration = 6
stop_below = 0.5
[dynamics]
chunk = 0.04
repulsion = [0.8, 1.2]
[queue]
cores = 2
"""
LABELS = "kind = 'label'"
FAILED = "state = 3"  # TaskState::failed
TEACHER = f"'{ROOT}/tests/app/pair_teacher.py'"
# Time of day, days off at every other look: what a clock does when someone sets it.
CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>
static long looks;
static long jump(void) { return (++looks % 2) ? 0 : (looks % 3 ? 86400L : -172800L); }
int clock_gettime(clockid_t id, struct timespec* t) {
  static int (*real)(clockid_t, struct timespec*);
  if (!real) real = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
  int status = real(id, t);
  if (id == CLOCK_REALTIME) t->tv_sec += jump();
  return status;
}
int gettimeofday(struct timeval* t, void* zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  t->tv_sec = now.tv_sec, t->tv_usec = now.tv_nsec / 1000;
  return 0;
}
time_t time(time_t* out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}
"""
faulty = []


def check(name, good, detail=""):
    print(f"{'holds' if good else 'DOES NOT HOLD'}: {name}{': ' + detail if detail else ''}", flush=True)
    if not good:
        faulty.append(name)


class Study:
    def __init__(self, folder, name, command=TEACHER):
        self.path = folder / f"{name}.toml"
        self.run = folder / f"{name}.run"
        self.path.write_text(STUDY.format(command=command))

    def vitrion(self, *words, **more):
        return subprocess.run([PROGRAM, *words], capture_output=True, text=True, **more)

    def learn(self, **more):
        return self.vitrion("learn", str(self.path), **more)

    def start(self):
        return subprocess.Popen([PROGRAM, "learn", str(self.path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def why(self, task):
        return self.vitrion("why", str(self.path), task).stdout

    def tasks(self, where="1"):
        with sqlite3.connect(self.run / "study.db") as db:
            return db.execute(f"SELECT name FROM task WHERE {where}").fetchall()

    def findings(self):
        """Labels, picks and models, whatever their folders are called, byte by byte."""
        wanted = ("labelled.extxyz", "picked.extxyz", "model.dp")
        return {f"{p.parent.name}/{p.name}": p.read_bytes() for p in self.run.rglob("*") if p.name in wanted}

    def computed_twice(self):
        """Tasks with more than one attempt that ended well."""
        with sqlite3.connect(self.run / "study.db") as db:
            return db.execute("SELECT t.name, COUNT(*) FROM attempt a JOIN task t ON t.id = a.task "
                              "WHERE a.outcome = 'done' GROUP BY t.id HAVING COUNT(*) > 1").fetchall()

    def begun_after_their_manifest(self):
        """Attempts at a task later than the one that its manifest is of."""
        late = []
        with sqlite3.connect(self.run / "study.db") as db:
            for name, folder, task in db.execute("SELECT name, folder, id FROM task").fetchall():
                manifest = self.run / folder / "manifest.txt"
                if not manifest.exists():
                    continue
                of = next(line.split()[1] for line in manifest.read_text().splitlines() if line.startswith("attempt "))
                last = db.execute("SELECT submission || '.' || element FROM attempt WHERE task = ? ORDER BY number DESC LIMIT 1",
                                  (task,)).fetchone()
                if last and last[0] != of:
                    late.append(name)
        return late


def family(pid):
    """The process and all below it."""
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        try:
            todo += [int(c) for c in pathlib.Path(f"/proc/{one}/task/{one}/children").read_text().split()]
        except OSError:
            pass
    return found


def wrappers(study):
    """Shells of this study's running tasks, by what they wrote of themselves."""
    pids = []
    for who in study.run.glob("tasks/*/running.who"):
        try:
            words = who.read_text().split()
            if len(words) == 5 and pathlib.Path(f"/proc/{words[1]}/stat").read_text().rpartition(")")[2].split()[19] == words[2]:
                pids.append(int(words[1]))
        except OSError:
            pass
    return pids


def end(pid):
    try:
        os.kill(pid, signal.SIGKILL)
        return True
    except ProcessLookupError:
        return False


def kills(folder, wanted, draw):
    whole = Study(folder, "whole")
    whole.learn()
    expected = whole.findings()
    count, studies, twice, late, differ = {"driver": 0, "wrapper": 0, "worker": 0}, 0, [], [], []
    while sum(count.values()) < wanted:
        study = Study(folder, f"killed{studies}")
        studies += 1
        driver, refused = study.start(), 0
        while True:
            time.sleep(draw.uniform(0.02, 0.5))
            status = driver.poll()
            if status is not None:
                if status == 3 or refused > 5:
                    break
                refused += status not in (-9, 1)
                study.vitrion("retry", str(study.path), "--failed")
                driver = study.start()
                continue
            if sum(count.values()) >= wanted:
                continue
            victim = draw.choice(["driver", "wrapper", "worker"])
            shells = wrappers(study)
            if victim == "driver":
                driver.kill()
                driver.wait()
                count[victim] += 1
            elif shells:
                shell = draw.choice(shells)
                below = family(shell)[1:]
                if victim == "worker" and not below:
                    continue
                count[victim] += end(draw.choice(below) if victim == "worker" else shell)
        for row in study.tasks(FAILED):
            print(study.why(row[0]))
        if study.findings() != expected:
            differ.append(study.path.stem)
        twice += study.computed_twice()
        late += study.begun_after_their_manifest()
        shutil.rmtree(study.run)
    total = sum(count.values())
    text = f"{total} kills ({', '.join(f'{n} of a {k}' for k, n in count.items())}) over {studies} studies"
    check("same bank and models", not differ, f"{text}; {len(expected)} files compared" + (f"; differ: {differ}" if differ else ""))
    check("no task done twice", not twice, str(twice) if twice else "")
    check("no task begun again after its manifest", not late, str(late) if late else "")
    return expected


def faults(folder, expected):
    plain = Study(folder, "plain")
    plain.learn()
    expected = expected or plain.findings()
    # A worker that dies: its label task sleeps so that it can be found.
    dead = Study(folder, "dead")
    driver = dead.start()
    hit = None
    for _ in range(2000):
        shells = wrappers(dead)
        below = family(shells[0])[1:] if shells else []
        if below:
            hit = next((p.parent.name for p in dead.run.glob("tasks/*/running.who") if str(shells[0]) in p.read_text().split()), None)
            if hit and end(below[0]):
                break
        time.sleep(0.005)
    status = driver.wait()
    text = dead.why(hit) if hit else ""
    check("a dead worker is named", "kill" in text.lower() or "137" in text, next((t for t in text.splitlines() if t.startswith("attempt 1")), "no attempt"))
    check("and nothing is lost by it", status == 3 and dead.findings() == expected)

    loose = Study(folder, "loose", TEACHER + " --loose 2")
    done = loose.learn()
    check("labels that do not converge are counted, and the loop goes on", done.returncode == 3 and "of 8 frames" in done.stdout + done.stderr)

    garbage = Study(folder, "garbage", TEACHER + "; case $PWD in *[0-3]) echo garbage > output.extxyz;; esac")
    done = garbage.learn()
    failed = garbage.tasks(FAILED + " AND " + LABELS)
    named = all("incomplete" in garbage.why(name) for name, in failed)
    check("garbage for an output is named, and stops no other", bool(failed) and named and done.returncode == 3,
          f"{len(failed)} of {len(garbage.tasks(LABELS))} label tasks")

    two = Study(folder, "two")
    first = two.start()
    while not (two.run / "study.db").exists():
        time.sleep(0.01)
    second = two.learn()
    first.send_signal(signal.SIGTERM)
    first.wait()
    said = (second.stdout + second.stderr).strip().splitlines()[-1]
    check("a second driver is refused, and told who holds the study", second.returncode == 1 and str(first.pid) in said, said)

    if shutil.which("cc"):
        (folder / "clock.c").write_text(CLOCK)
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(folder / "clock.so"), str(folder / "clock.c"), "-ldl"], check=True)
        clock = Study(folder, "clock")
        done = clock.learn(env={**os.environ, "LD_PRELOAD": str(folder / "clock.so")})
        with sqlite3.connect(clock.run / "study.db") as db:
            longest = db.execute("SELECT MAX(seconds) FROM attempt").fetchone()[0]
        check("a clock that jumps by days changes nothing", done.returncode == 3 and clock.findings() == expected and longest < 3600,
              f"longest attempt {longest:.2f} s")

    disk = folder / "disk"
    disk.mkdir()
    if os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "none", str(disk)], capture_output=True).returncode == 0:
        try:
            full = Study(disk, "full")
            done = full.learn()
            text = (done.stdout + done.stderr).strip().splitlines()[-1]
            check("a full disk ends it in order", done.returncode == 1, text)
            subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
            full.vitrion("retry", str(full.path), "--failed")
            done = full.learn()
            check("and nothing is lost by it", done.returncode == 3 and full.findings() == expected)
        finally:
            subprocess.run(["umount", str(disk)])
    else:
        print("not run: a full disk (no right to mount a tmpfs)")


def cost(folder, tasks):
    said = subprocess.run([f"{BUILD}/test_edges_queue", "--gtest_filter=Execution.ManyTasks*"], capture_output=True, text=True,
                          env={**os.environ, "VITRION_TASKS": str(tasks)}).stdout
    line = next((t for t in said.splitlines() if "tasks:" in t), "")
    each = float(line.split()[2]) if line else float("inf")
    check(f"under 20 ms of the driver for each of {tasks} tasks", each < 20, line)
    many = Study(folder, "many")
    many.learn()
    with sqlite3.connect(many.run / "study.db") as db:
        columns = [c[1] for c in db.execute("PRAGMA table_info(task)") if c[1] != "id"]
        row = dict(zip(columns, db.execute(f"SELECT {', '.join(columns)} FROM task WHERE kind = 'label' LIMIT 1").fetchone()))
        for k in range(tasks):
            row["name"] = f"label-{k:016x}"
            db.execute(f"INSERT INTO task ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", list(row.values()))
    begin = time.monotonic()
    done = many.vitrion("status", str(many.path))
    seconds = time.monotonic() - begin
    check(f"vitrion status under 1 s with {tasks} tasks", done.returncode == 0 and seconds < 1, f"{seconds:.3f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--tasks", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["kills", "faults", "cost"])
    a = parser.parse_args()
    BUILD = pathlib.Path(a.build).resolve()
    PROGRAM = str(BUILD / "vitrion")
    with tempfile.TemporaryDirectory(prefix="vitrion-must-hold-") as place:
        folder, known = pathlib.Path(place), None
        if a.only in (None, "kills"):
            known = kills(folder, a.kills, random.Random(a.seed))
        if a.only in (None, "faults"):
            faults(folder, known)
        if a.only in (None, "cost"):
            cost(folder, a.tasks)
    sys.exit(1 if faulty else 0)
