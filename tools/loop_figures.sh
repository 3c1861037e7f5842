#!/bin/sh
# The figures of the loop: kills survived, the driver's cost for a task, status of a large ledger.
# usage: tools/loop_figures.sh BUILD_DIR [KILLS] [TASKS]
build=${1:?the folder of the build}
kills=${2:-200}
tasks=${3:-10000}
VITRION_KILLS=$kills "$build/test_app_learn" --gtest_filter='Learn.KilledAtRandomMoments*' | grep -e OK -e FAILED -e kills
VITRION_TASKS=$tasks "$build/test_edges_queue" --gtest_filter='Execution.ManyTasks*' | grep -e tasks -e again -e FAILED
