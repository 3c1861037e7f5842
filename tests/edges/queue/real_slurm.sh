#!/bin/sh
# A real Slurm of one node, bound to loopback: `sh real_slurm.sh DIR PORT` starts it and leaves DIR/slurm.conf;
# `sh real_slurm.sh DIR stop` ends it. Needs slurm-wlm and munge.
set -e
dir=$1
if [ "$2" = stop ]; then
  # They write until they have ended: whoever removes the folder must not race them.
  pids=
  for f in slurmd slurmctld munged; do [ -s "$dir/$f.pid" ] && pids="$pids $(cat "$dir/$f.pid")" || true; done
  for pid in $pids; do kill "$pid" 2> /dev/null || true; done
  tries=0
  for pid in $pids; do
    while kill -0 "$pid" 2> /dev/null; do
      tries=$((tries + 1))
      [ $tries -eq 100 ] && { kill -9 $pids 2> /dev/null || true; }
      [ $tries -ge 110 ] && break
      sleep 0.1
    done
  done
  exit 0
fi
port=$2
mkdir -p "$dir/state" "$dir/spool" "$dir/munge"
chmod 700 "$dir/munge"
head -c 1024 /dev/urandom > "$dir/munge/key"
chmod 400 "$dir/munge/key"
munged --force --key-file "$dir/munge/key" --socket "$dir/munge/socket" --pid-file "$dir/munged.pid" --log-file "$dir/munge/log" --seed-file "$dir/munge/seed" --num-threads 1
host=$(uname -n)
user=$(id -un)
cores=$(nproc)
cat > "$dir/slurm.conf" <<C
ClusterName=vitrion
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1
MpiDefault=none
ReturnToService=2
SwitchType=switch/none
MinJobAge=300
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cores State=UNKNOWN
PartitionName=work Nodes=$host Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
C
export SLURM_CONF="$dir/slurm.conf"
slurmctld -f "$dir/slurm.conf"
slurmd -f "$dir/slurm.conf" -N "$host"
tries=0
while [ $tries -lt 60 ]; do
  sinfo -h -o %T 2> /dev/null | grep -q -e idle -e mixed && exit 0
  sleep 0.5
  tries=$((tries + 1))
done
tail -5 "$dir/slurmctld.log" "$dir/slurmd.log" >&2
exit 1
