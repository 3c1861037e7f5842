// vitrion man: the manual page, made from the tree of commands.
#include <fmt/format.h>

#include "app/completion.hpp"

namespace vitrion::app {

namespace {

/// Text as roff takes it: no line may begin with a dot, a backslash is written twice.
std::string roff(const std::string& text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
    line_begins = c == '\n';
  }
  return out;
}

std::string options_of(const CLI::App& app) {
  std::string text;
  for (const CLI::Option* option : app.get_options()) {
    std::string names;
    for (const std::string& name : option->get_snames())
      names += (names.empty() ? "-" : ", -") + name;
    for (const std::string& name : option->get_lnames())
      names += (names.empty() ? "--" : ", --") + name;
    if (names.empty()) names = option->get_name(true);
    text += fmt::format(".TP\n.B {}\n{}\n", roff(names), roff(option->get_description()));
  }
  return text;
}

/// A command, then those inside it.
std::string section_of(const CLI::App& app, const std::string& path) {
  const std::string name = path.empty() ? app.get_name() : path + " " + app.get_name();
  std::string text =
      fmt::format(".SS {}\n{}\n{}", roff(name), roff(app.get_description()), options_of(app));
  if (!app.get_footer().empty()) text += fmt::format(".PP\n.nf\n{}\n.fi\n", roff(app.get_footer()));
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    text += section_of(*sub, name);
  return text;
}

void run(const CLI::App& program) {
  std::string text = fmt::format(
      ".TH VITRION 1 \"\" \"vitrion {}\" \"User commands\"\n"
      ".SH NAME\nvitrion \\- from the composition of a glass to its conductivity\n"
      ".SH SYNOPSIS\n.B vitrion\n.I COMMAND\n[\n.I OPTIONS\n]\n"
      ".SH DESCRIPTION\n"
      "Vitrion learns a potential of an ion\\-conducting glass from first\\-principles labels, "
      "makes "
      "the glass by melt and quench,\nmoves its ions, and says how fast and why they move, with "
      "errors.\nA whole study is a TOML file: see\n.B run\nand\n.B check\nbelow.\n"
      ".SH COMMANDS\n",
      VITRION_VERSION);
  for (const CLI::App* sub : program.get_subcommands([](const CLI::App*) { return true; }))
    text += section_of(*sub, "");
  text +=
      ".SH EXIT STATUS\n.TP\n.B 0\ndone\n.TP\n.B 1\nfailed\n.TP\n.B 2\nbad input: the message "
      "names "
      "file, line, value and rule\n.TP\n.B 3\nnot converged, or refused: the data do not carry the "
      "number\n";
  fmt::print("{}", text);
}

}  // namespace

void add_man(CLI::App& program) {
  CLI::App* c = program.add_subcommand("man", "Prints the manual page of all commands");
  c->footer(
      "Examples:\n"
      "  vitrion man | man -l -\n"
      "  vitrion man > ~/.local/share/man/man1/vitrion.1");
  c->callback([&program] { run(program); });
}

}  // namespace vitrion::app
