#include "edges/queue/wrapper.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace vitrion::queue {

namespace fs = std::filesystem;

namespace {

constexpr const char* schema = "vitrion.ended/1";
constexpr const char* last_line = "whole";

std::optional<std::string> read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

template <class T>
bool read_number(const std::string& word, T& value) {
  const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
  return code == std::errc() && end == word.data() + word.size();
}

/// 64 hexadecimal digits, as sha256sum prints; nothing if the file cannot be read.
std::optional<std::string> sha256_of(const fs::path& path) {
  const auto text = read_text(path);
  if (!text) return std::nullopt;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text->data(), text->size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    return std::nullopt;
  return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + size, ""));
}

}  // namespace

// No child process where the shell itself can do it: a task of milliseconds should not pay for its
// wrapper. The times are those since boot, so that the seconds of a task are right whatever the
// clock does.
std::string wrapper_script(const std::string& what, const std::string& command,
                           const std::vector<std::string>& outputs) {
  std::string listed;
  for (const std::string& file : outputs) listed += fmt::format(" '{}'", file);
  return fmt::format(R"(#!/bin/sh
# {what}
# By hand: sh run.sh. What it says goes to log.txt; manifest.txt arrives when it has ended.
cd "${{0%/*}}" 2>/dev/null || cd . || exit 1
exec 9>> running.lock && flock 9 || exit 1
[ -e manifest.txt ] && exit 0
attempt=${{1:-by-hand}}
read -r host < /proc/sys/kernel/hostname
read -r x < /proc/$$/stat && set -- ${{x##*) }} && shift 19
echo "$attempt $$ $1 $host whole" > running.who
read -r begin x < /proc/uptime
(
{command}
) > log.txt 2>&1 < /dev/null
code=$?
read -r end x < /proc/uptime
{{
  echo {schema}
  echo "attempt $attempt"
  echo "exit $code"
  echo "begin $begin"
  echo "end $end"
  echo "host $host"
  for file in{outputs}; do [ -f "$file" ] && sha256sum "$file"; done
  echo {last}
}} > manifest.part && mv -f manifest.part manifest.txt
)",
                     fmt::arg("what", what), fmt::arg("command", command),
                     fmt::arg("schema", schema), fmt::arg("outputs", listed),
                     fmt::arg("last", last_line));
}

std::optional<Ended> parse_manifest(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  if (!std::getline(lines, line) || line != schema) return std::nullopt;
  Ended ended;
  double begin = 0, end = 0;
  while (std::getline(lines, line)) {
    if (line == last_line) {
      ended.seconds = end - begin;
      return ended;
    }
    const std::size_t space = line.find(' ');
    if (space == std::string::npos) return std::nullopt;
    const std::string key = line.substr(0, space), value = line.substr(space + 1);
    bool good = true;
    if (key == "attempt")
      ended.attempt = value;
    else if (key == "exit")
      good = read_number(value, ended.exit_code);
    else if (key == "begin")
      good = read_number(value, begin);
    else if (key == "end")
      good = read_number(value, end);
    else if (key == "host")
      ended.host = value;
    else if (key.size() == 64 && value.size() > 1)
      ended.outputs.emplace_back(value.substr(1), key);  // sha256sum: digest, two signs, name
    else
      good = false;
    if (!good) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Ended> read_manifest(const std::string& folder) {
  const auto text = read_text(fs::path(folder) / manifest_file);
  return text ? parse_manifest(*text) : std::nullopt;
}

std::string damaged_output(const Ended& ended, const std::string& folder) {
  for (const auto& [file, digest] : ended.outputs) {
    const auto found = sha256_of(fs::path(folder) / file);
    if (!found) return file + " is missing";
    if (*found != digest) return file + " is not what its manifest saw";
  }
  return {};
}

std::optional<Runner> read_runner(const std::string& folder) {
  const auto text = read_text(fs::path(folder) / runner_file);
  if (!text) return std::nullopt;
  std::istringstream words(*text);
  Runner runner;
  std::string end;
  if (!(words >> runner.attempt >> runner.process >> runner.started >> runner.host >> end))
    return std::nullopt;
  return end == last_line ? std::optional(runner) : std::nullopt;
}

std::optional<unsigned long long> start_of(long process) {
  const auto text = read_text(fmt::format("/proc/{}/stat", process));
  if (!text) return std::nullopt;
  // The name of the program, in brackets, may hold anything: fields are counted behind it.
  const std::size_t behind = text->rfind(')');
  if (behind == std::string::npos) return std::nullopt;
  std::istringstream words(text->substr(behind + 1));
  std::string word;
  for (int field = 3; field <= 22; ++field)
    if (!(words >> word)) return std::nullopt;
  unsigned long long ticks = 0;
  return read_number(word, ticks) ? std::optional(ticks) : std::nullopt;
}

}  // namespace vitrion::queue
