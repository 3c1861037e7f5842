// Chromium without a window, driven over two pipes by its DevTools protocol
// (--remote-debugging-pipe: JSON messages that end in a zero byte).
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace vitrion::report {

class Chromium {
 public:
  using json = nlohmann::json;

  explicit Chromium(const std::filesystem::path& profile) {
    int to[2];
    int from[2];
    if (pipe(to) != 0 || pipe(from) != 0) throw std::runtime_error("no pipe");
    pid_ = fork();
    if (pid_ == 0) {
      // The browser reads from 3 and writes to 4. Above both first, so that neither dup2 closes
      // one.
      const int in = fcntl(to[0], F_DUPFD, 10);
      const int out = fcntl(from[1], F_DUPFD, 10);
      dup2(in, 3);
      dup2(out, 4);
      const int log = open((profile.string() + ".log").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
      dup2(log, 1);
      dup2(log, 2);
      const std::string user = "--user-data-dir=" + profile.string();
      execlp("chromium", "chromium", "--headless", "--no-sandbox", "--hide-scrollbars",
             "--mute-audio", "--no-first-run", "--disable-background-networking",
             "--enable-unsafe-swiftshader", "--remote-debugging-pipe", "--window-size=1280,1000",
             user.c_str(), "about:blank", static_cast<char*>(nullptr));
      _exit(127);
    }
    close(to[0]);
    close(from[1]);
    write_ = to[1];
    read_ = from[0];
    for (const json& target : call("Target.getTargets")["targetInfos"])
      if (target["type"] == "page") target_ = target["targetId"];
    if (target_.empty())
      target_ = call("Target.createTarget", {{"url", "about:blank"}})["targetId"];
    session_ =
        call("Target.attachToTarget", {{"targetId", target_}, {"flatten", true}})["sessionId"];
    for (const char* domain : {"Page", "Runtime", "Log", "Network"})
      (void)call(std::string(domain) + ".enable");
  }
  ~Chromium() {
    close(write_);
    close(read_);
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  Chromium(const Chromium&) = delete;
  Chromium& operator=(const Chromium&) = delete;

  /// The result of a command. @throws std::runtime_error with the browser's words, or after 60 s.
  json call(const std::string& method, const json& parameters = json::object()) {
    const int id = ++last_id_;
    json message = {{"id", id}, {"method", method}, {"params", parameters}};
    if (!session_.empty()) message["sessionId"] = session_;
    const std::string text = message.dump();
    if (write(write_, text.c_str(), text.size() + 1) < 0)
      throw std::runtime_error("browser is gone");
    for (;;) {
      json answer = next();
      if (answer.value("id", 0) != id) {
        keep(answer);
        continue;
      }
      if (answer.contains("error"))
        throw std::runtime_error(method + ": " + answer["error"].dump());
      return answer["result"];
    }
  }

  /// Opens a page and waits for its load event; the milliseconds that took.
  double open_page(const std::string& url) {
    loaded_ = false;
    (void)call("Page.navigate", {{"url", url}});
    while (!loaded_) keep(next());
    return evaluate("performance.timing.loadEventStart - performance.timing.navigationStart")
        .get<double>();
  }

  /// The value of an expression; a promise is awaited. @throws if it throws.
  json evaluate(const std::string& expression) {
    const json r = call("Runtime.evaluate", {{"expression", expression},
                                             {"returnByValue", true},
                                             {"awaitPromise", true},
                                             {"userGesture", true}});
    if (r.contains("exceptionDetails")) throw std::runtime_error(r["exceptionDetails"].dump());
    return r["result"].value("value", json());
  }

  /// A real click on the middle of the first element that the selector finds.
  void click(const std::string& selector) {
    const json at =
        evaluate("(() => { const e = document.querySelector(" + json(selector).dump() +
                 "); e.scrollIntoView({block: 'center', behavior: 'instant'}); const b = "
                 "e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()");
    for (const char* type : {"mouseMoved", "mousePressed", "mouseReleased"})
      (void)call(
          "Input.dispatchMouseEvent",
          {{"type", type}, {"x", at[0]}, {"y", at[1]}, {"button", "left"}, {"clickCount", 1}});
  }

  void key(const std::string& name) {
    for (const char* type : {"keyDown", "keyUp"})
      (void)call("Input.dispatchKeyEvent", {{"type", type}, {"key", name}, {"code", name}});
  }

  void media(const std::string& medium, const std::string& scheme) {
    (void)call(
        "Emulation.setEmulatedMedia",
        {{"media", medium}, {"features", {{{"name", "prefers-color-scheme"}, {"value", scheme}}}}});
  }

  /// Of the whole page, or of an element.
  void screenshot(const std::filesystem::path& file, const std::string& selector = "") {
    json parameters = {{"format", "png"}};
    if (!selector.empty()) {
      (void)evaluate("document.querySelector(" + json(selector).dump() +
                     ").scrollIntoView({block: 'start', behavior: 'instant'})");
      const json b =
          evaluate("(() => { const b = document.querySelector(" + json(selector).dump() +
                   ").getBoundingClientRect(); return [b.x + scrollX, b.y + scrollY, b.width, "
                   "b.height]; })()");
      parameters["clip"] = {
          {"x", b[0]}, {"y", b[1]}, {"width", b[2]}, {"height", b[3]}, {"scale", 1}};
      parameters["captureBeyondViewport"] = true;
    }
    std::ofstream(file, std::ios::binary)
        << decoded(call("Page.captureScreenshot", parameters)["data"]);
  }

  void pdf(const std::filesystem::path& file) {
    std::ofstream(file, std::ios::binary)
        << decoded(call("Page.printToPDF", {{"printBackground", true}})["data"]);
  }

  /// What the console was told as warning or error, and what was thrown.
  std::vector<std::string> console;
  /// Addresses that were asked for.
  std::vector<std::string> requests;

 private:
  static std::string decoded(const std::string& base64) {
    std::string bytes;
    unsigned word = 0;
    int bits = 0;
    for (const char c : base64) {
      const std::string letters =
          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
      const std::size_t value = letters.find(c);
      if (value == std::string::npos) break;
      word = word << 6 | static_cast<unsigned>(value);
      bits += 6;
      if (bits >= 8) bytes += static_cast<char>(word >> (bits -= 8) & 255U);
    }
    return bytes;
  }

  json next() {
    for (;;) {
      const std::size_t end = buffer_.find('\0');
      if (end != std::string::npos) {
        const json message = json::parse(buffer_.substr(0, end));
        buffer_.erase(0, end + 1);
        return message;
      }
      pollfd wait{read_, POLLIN, 0};
      if (poll(&wait, 1, 60'000) <= 0) throw std::runtime_error("the browser does not answer");
      char bytes[65536];
      const ssize_t n = read(read_, bytes, sizeof bytes);
      if (n <= 0) throw std::runtime_error("the browser has ended");
      buffer_.append(bytes, static_cast<std::size_t>(n));
    }
  }

  void keep(const json& event) {
    const std::string method = event.value("method", "");
    const json p = event.value("params", json::object());
    if (method == "Page.loadEventFired") loaded_ = true;
    if (method == "Network.requestWillBeSent") requests.push_back(p["request"]["url"]);
    if (method == "Runtime.exceptionThrown") console.push_back(p["exceptionDetails"].dump());
    if (method == "Runtime.consoleAPICalled" && (p["type"] == "error" || p["type"] == "warning"))
      console.push_back(p["args"].dump());
    // Notes of a software WebGL driver are the browser's own.
    if (method == "Log.entryAdded" &&
        p["entry"]["text"].get<std::string>().find("WebGL") == std::string::npos &&
        p["entry"]["text"].get<std::string>().find("GPU stall") == std::string::npos)
      console.push_back(p["entry"]["text"]);
  }

  pid_t pid_ = -1;
  int write_ = -1;
  int read_ = -1;
  int last_id_ = 0;
  bool loaded_ = false;
  std::string buffer_;
  std::string target_;
  std::string session_;
};

}  // namespace vitrion::report
