// vitrion completion: a script by which a shell completes commands, options and files.
#include "app/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "base/error.hpp"

namespace vitrion::app {

namespace {

/// "analyze rdf" and what may follow it.
struct Words {
  std::string path;
  std::vector<std::string> commands;
  std::vector<std::pair<std::string, std::string>> options;  ///< word, what it is
};

/// First sentence without what a shell would read as its own.
std::string plain(std::string text) {
  const std::size_t end = text.find_first_of(".\n;");
  if (end != std::string::npos) text.resize(end);
  std::string clean;
  for (const char c : text)
    if (c != '\'' && c != '"' && c != '`' && c != '$' && c != '\\' && c != '[' && c != ']' &&
        c != ':')
      clean += c;
  return clean;
}

void collect(const CLI::App& app, const std::string& path, std::vector<Words>& all) {
  Words words{path, {}, {}};
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_snames())
      words.options.emplace_back("-" + name, plain(option->get_description()));
    for (const std::string& name : option->get_lnames())
      words.options.emplace_back("--" + name, plain(option->get_description()));
  }
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    words.commands.push_back(sub->get_name());
  all.push_back(words);
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    collect(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), all);
}

/// The command is what of the line so far names one; then its words, or files.
std::string bash_script(const std::vector<Words>& all) {
  std::string cases;
  for (const Words& w : all) {
    std::vector<std::string> options;
    for (const auto& [word, what] : w.options) options.push_back(word);
    cases += fmt::format("    '{}') commands='{}'; options='{}' ;;\n", w.path,
                         fmt::join(w.commands, " "), fmt::join(options, " "));
  }
  return "# bash completion for vitrion: vitrion completion bash > "
         "~/.local/share/bash-completion/completions/vitrion\n"
         "_vitrion_words() {\n"
         "  case \"$1\" in\n" +
         cases +
         "    *) return 1 ;;\n"
         "  esac\n"
         "}\n"
         "_vitrion() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} path='' commands='' options='' k next\n"
         "  for ((k = 1; k < COMP_CWORD; ++k)); do\n"
         "    next=\"${path:+$path }${COMP_WORDS[k]}\"\n"
         "    _vitrion_words \"$next\" && path=$next\n"
         "  done\n"
         "  _vitrion_words \"$path\"\n"
         "  if [[ $word == -* ]]; then\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
         "  elif [[ -n $commands ]]; then\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$commands\" -- \"$word\")\n"
         "  else\n"
         "    compopt -o filenames\n"
         "    mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
         "  fi\n"
         "}\n"
         "complete -F _vitrion vitrion\n";
}

std::string zsh_script(const std::vector<Words>& all) {
  std::string cases;
  for (const Words& w : all) {
    std::string options;
    for (const auto& [word, what] : w.options) options += fmt::format(" '{}:{}'", word, what);
    cases += fmt::format("    '{}') commands=({}); options=({} ) ;;\n", w.path,
                         fmt::join(w.commands, " "), options);
  }
  return "#compdef vitrion\n"
         "# zsh completion for vitrion: vitrion completion zsh > DIR/_vitrion, DIR in $fpath\n"
         "_vitrion_words() {\n"
         "  case \"$1\" in\n" +
         cases +
         "    *) return 1 ;;\n"
         "  esac\n"
         "}\n"
         "_vitrion() {\n"
         "  local path_of='' k next\n"
         "  local -a commands options\n"
         "  for ((k = 2; k < CURRENT; ++k)); do\n"
         "    next=\"${path_of:+$path_of }${words[k]}\"\n"
         "    _vitrion_words \"$next\" && path_of=$next\n"
         "  done\n"
         "  _vitrion_words \"$path_of\"\n"
         "  if [[ $PREFIX == -* ]]; then\n"
         "    _describe -o option options\n"
         "  elif (( $#commands )); then\n"
         "    _describe command commands\n"
         "  else\n"
         "    _files\n"
         "  fi\n"
         "}\n"
         "compdef _vitrion vitrion\n";
}

void run(const CLI::App& program, const std::string& shell) {
  if (shell != "bash" && shell != "zsh")
    throw InputError(fmt::format("shell '{}' must be bash or zsh{}", shell,
                                 did_you_mean(shell, {"bash", "zsh"})));
  std::vector<Words> all;
  collect(program, "", all);
  fmt::print("{}", shell == "bash" ? bash_script(all) : zsh_script(all));
}

}  // namespace

void add_completion(CLI::App& program) {
  CLI::App* c = program.add_subcommand(
      "completion", "Prints a script by which a shell completes commands, options and files");
  auto shell = std::make_shared<std::string>();
  c->add_option("SHELL", *shell, "bash or zsh")->required();
  c->footer(
      "The script is made from the commands as they are; make it anew after an update.\n\n"
      "Examples:\n"
      "  source <(vitrion completion bash)\n"
      "  vitrion completion zsh > ~/.zfunc/_vitrion");
  c->callback([&program, shell] { run(program, *shell); });
}

}  // namespace vitrion::app
