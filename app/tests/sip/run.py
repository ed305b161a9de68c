"""Real phones (sipp and baresip) call a frontdesk that has a SIP line and no other carrier; each row is compared with what
happened on the line, and audio is checked by tones and by speech.

    python3 run.py BINARY [NAME...]     all scenarios, or those whose names begin with a NAME

Needs sip-tester, baresip-core, espeak-ng and sox, and the right to send raw packets (root), with which sipp plays DTMF.
"""
import queue
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import audio
from alone import ALONE, DATABASE, private, run_alone, two_instances
from place import HIGH, LOW, SPEECH, SPEECH_SAMPLES, Place, desk_for
from scenarios import AFTERWARDS, TOGETHER

AT_ONCE = 4


def main():
    binary, names = str(Path(sys.argv[1]).absolute()), sys.argv[2:]
    audio.make_speech(SPEECH, "Hello, this is Ann. My boiler is broken, please call me back.")
    audio.make_speech(SPEECH_SAMPLES, "Hello, this is Ann. My boiler is broken, please call me back.", law=False)
    audio.make_tone(LOW, 440)
    audio.make_tone(HIGH, 800)
    failed = []

    def run(name, scenario):
        began = time.monotonic()
        try:
            scenario()
            print(f"ok {name} ({time.monotonic() - began:.0f} s)", flush=True)
        except Exception as error:
            failed.append(name)
            print(f"FAILED {name}: {error}\n{traceback.format_exc() if not isinstance(error, AssertionError) else ''}", flush=True)

    def wanted(scenario):
        return not names or any(scenario.__name__.startswith(name) for name in names)

    together = [s for s in TOGETHER if wanted(s)]
    afterwards = [s for s in AFTERWARDS if wanted(s)]
    if together or afterwards:
        desk = desk_for(binary, 10000, "tcp = true")

        def in_place(index, scenario):
            place = Place(desk, index, 10000)
            try:
                scenario(place)
            finally:
                place.close()

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda one: run(one[1].__name__, lambda: in_place(*one)), enumerate(together)))
        for index, scenario in enumerate(afterwards, 50):
            run(scenario.__name__, lambda: in_place(index, scenario))
        run("nothing private is logged", lambda: private(desk))
        run("the program stops in order", lambda: desk.stop())
        desk.close()
    bases = queue.SimpleQueue()
    bases.put(10000)
    bases.put(20000)

    def in_free_ports(one):
        base = bases.get()
        run(one[1].__name__, lambda: run_alone(binary, *one, base))
        bases.put(base)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(in_free_ports, [one for one in ALONE if wanted(one[1])]))
    if wanted(two_instances):
        if DATABASE:
            run(two_instances.__name__, lambda: two_instances(binary, 10000))
        else:
            print("skipped two_instances: FRONTDESK_TEST_POSTGRES is not set")
    if failed:
        sys.exit(f"{len(failed)} scenarios failed: {', '.join(failed)}")
    print("all scenarios passed")


if __name__ == "__main__":
    main()
