#!/usr/bin/python3 -IS
"""Slurm's commands as a few files, with faults that a real cluster shows too seldom to be tested against.

Called by the name of a command (sbatch, squeue, scancel, scontrol, sacct); its state is the folder $FAKE_SLURM. A fault is a
file faults/NAME that holds how many times it strikes:
  sbatch-refuses    an error, nothing submitted          sbatch-times-out  accepted, but the answer is a time-out
  sbatch-twice      accepted under two numbers           sbatch-hangs      accepted, then no answer for a minute
  squeue-fails      an error                             squeue-empty      an empty answer
  end-STATE         an element ends in STATE and never runs
  vanish            an element never runs and squeue forgets it
  late              an element is over at once for squeue, and its files arrive a second later (a slow file server)
"""
import glob, json, os, re, subprocess, sys, time

ROOT = os.environ["FAKE_SLURM"]


def strikes(fault):
    path = os.path.join(ROOT, "faults", fault)
    try:
        left = int(open(path).read())
    except (OSError, ValueError):
        return False
    if left <= 0:
        return False
    open(path, "w").write(str(left - 1))
    return True


def path_of(job, element):
    return os.path.join(ROOT, "jobs", f"{job}_{element}.json")


def save(record):
    path = path_of(record["job"], record["element"])
    with open(path + ".part", "w") as out:
        json.dump(record, out)
    os.replace(path + ".part", path)


def records():
    return [json.load(open(p)) for p in sorted(glob.glob(os.path.join(ROOT, "jobs", "*.json")))]


def next_number():
    path = os.path.join(ROOT, "next")
    number = int(open(path).read()) if os.path.exists(path) else 100
    open(path, "w").write(str(number + 1))
    return number


def elements(text):
    for part in text.split("%")[0].split(","):
        low, _, high = part.partition("-")
        yield from range(int(low), int(high or low) + 1)


def submit(script):
    head = dict(re.findall(r"^#SBATCH --([a-z-]+)=(.*)$", open(script).read(), re.M))
    job = next_number()
    for element in elements(head["array"]):
        record = {"job": job, "element": element, "name": head["job-name"], "comment": head["comment"], "state": "PENDING",
                  "head": head}
        if strikes("vanish"):
            continue
        faults = sorted(os.listdir(os.path.join(ROOT, "faults")))
        ends = next((f[4:] for f in faults if f.startswith("end-") and strikes(f)), None)
        late = strikes("late")
        record["state"] = ends or ("COMPLETED" if late else "RUNNING")
        save(record)
        if not ends:
            subprocess.Popen([sys.executable, __file__, "element", script, str(job), str(element), str(int(late))], start_new_session=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return job


def run_element(script, job, element, late):
    time.sleep(int(late))
    status = subprocess.run(["sh", script], env={**os.environ, "SLURM_ARRAY_TASK_ID": element}).returncode
    record = json.load(open(path_of(job, element)))
    if record["state"] == "RUNNING":
        save({**record, "state": "FAILED" if status else "COMPLETED"})


def main():
    command, arguments = os.path.basename(sys.argv[0]), sys.argv[1:]
    if arguments[:1] == ["element"]:
        return run_element(*arguments[1:])
    if command == "sbatch":
        if strikes("sbatch-refuses"):
            sys.exit("sbatch: error: Batch job submission failed: Invalid qos specification")
        job = submit(arguments[-1])
        if strikes("sbatch-twice"):
            submit(arguments[-1])
        if strikes("sbatch-hangs"):
            time.sleep(60)
        if strikes("sbatch-times-out"):
            sys.exit("sbatch: error: Batch job submission failed: Socket timed out on send/recv operation")
        print(job)
    elif command == "squeue":
        if strikes("squeue-fails"):
            sys.exit("slurm_load_jobs error: Unable to contact slurm controller (connect failure)")
        if not strikes("squeue-empty"):
            for r in records():
                print(f"{r['job']}|{r['element']}|{r['name']}|{r['state']}|{r['comment']}|None")
    elif command == "scancel":
        open(os.path.join(ROOT, "cancelled"), "a").write(" ".join(arguments) + "\n")
        for r in records():
            if arguments[0] in (str(r["job"]), f"{r['job']}_{r['element']}") and r["state"] in ("PENDING", "RUNNING"):
                save({**r, "state": "CANCELLED"})
    elif command == "scontrol":
        print("MaxArraySize            = 4")
    else:
        sys.exit("Slurm accounting storage is disabled")


if __name__ == "__main__":
    main()
