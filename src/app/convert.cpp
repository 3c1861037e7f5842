// vitrion convert: frames from one format to another, with a word on everything that is lost.
#include <fmt/format.h>

#include <filesystem>

#include "app/commands.hpp"
#include "app/trajectory_input.hpp"
#include "base/error.hpp"
#include "edges/formats/format_table.hpp"
#include "edges/formats/frames.hpp"
#include "edges/formats/losses.hpp"

namespace vitrion::app {

namespace {

struct ConvertArguments {
  std::string in;
  std::string out;
  formats::ReadOptions read;
  formats::WriteOptions write;
  std::vector<std::string> elements;
  std::string frames = ":";
  bool force = false;
  bool list = false;
  bool markdown = false;
};

void note(const std::string& text) {
  fmt::print(stderr, "note: {}\n", text);
}

/// First and last index of the slice, once the file's length is known where the slice needs it.
std::pair<std::size_t, std::size_t> range_of(const FrameSlice& slice, const ConvertArguments& a) {
  long count = 0;
  if (slice.needs_count())
    for (const auto reader = formats::open_frames(a.in, a.read); reader->next();) ++count;
  const auto place = [&](long k) {
    return static_cast<std::size_t>(k < 0 ? std::max(0L, k + count) : k);
  };
  return {place(slice.start.value_or(0)),
          slice.stop ? place(*slice.stop) : std::numeric_limits<std::size_t>::max()};
}

void convert(const ConvertArguments& a) {
  // Symlinks count: the name is taken.
  if (!a.force && std::filesystem::exists(std::filesystem::symlink_status(a.out)))
    throw InputError(fmt::format("{}: exists already; --force replaces it", a.out));
  const FrameSlice slice = FrameSlice::parse(a.frames);
  const auto [begin, end] = range_of(slice, a);
  const auto step = static_cast<std::size_t>(slice.step);

  const auto& target =
      a.write.format.empty() ? formats::format_of(a.out) : formats::format_named(a.write.format);
  const auto reader = formats::open_frames(a.in, a.read);
  const auto writer = formats::create_frames(a.out, a.write);
  formats::Losses losses(target);
  std::size_t written = 0;
  for (std::size_t k = 0; k < end; ++k) {
    const auto frame = reader->next();
    if (!frame) break;
    if (k < begin || (k - begin) % step != 0) continue;
    if (written == 1 && !target.many_frames)
      throw InputError(
          fmt::format("{}: {} holds one frame, but {} has more; choose one, e.g. --frames {}",
                      a.out, target.name, a.in, begin));
    try {
      writer->write(*frame);
    } catch (const InputError& e) {
      throw InputError(fmt::format("{}: frame {}: {}", a.in, k, e.what()));
    }
    losses.add(*frame);
    ++written;
  }
  if (written == 0) throw InputError(fmt::format("{}: no frame is in --frames {}", a.in, a.frames));
  writer->finish();
  for (const std::string& text : reader->notes()) note(fmt::format("{}: {}", a.in, text));
  for (const std::string& text : writer->notes()) note(fmt::format("{}: {}", a.out, text));
  for (const std::string& text : losses.sentences()) note(text);
  fmt::print("{}: {} frame{} written as {}\n", a.out, written, written == 1 ? "" : "s",
             target.name);
}

void run(ConvertArguments a) {
  if (a.list) {
    fmt::print("{}", a.markdown ? formats::markdown_format_table() : formats::plain_format_table());
    return;
  }
  if (a.in.empty() || a.out.empty()) throw InputError("convert needs IN and OUT, or --list");
  a.read.elements = a.write.elements = a.elements;
  convert(a);
}

}  // namespace

void add_convert(CLI::App& program) {
  auto* const command = program.add_subcommand("convert", "Converts frames between file formats");
  const auto a = std::make_shared<ConvertArguments>();
  command->add_option("IN", a->in, "a file or folder of frames");
  command->add_option("OUT", a->out, "a new file or folder; .gz and .zst compress text formats");
  command->add_option("--from", a->read.format, "format of IN (default: by its name)");
  command->add_option("--to", a->write.format, "format of OUT (default: by its name)");
  command
      ->add_option(
          "--elements", a->elements,
          "names of the types of IN where it has numbers only, and the order of species in OUT")
      ->delimiter(',')
      ->type_name("A,B,...");
  command
      ->add_option("--frames", a->frames,
                   "which frames: N, or A:B:S as in Python; negative counts from the end")
      ->type_name("A:B:S");
  command->add_option("--set-size", a->write.set_size,
                      "frames per set of deepmd folders (default: all in one)");
  command->add_flag("--force", a->force, "replace OUT if it exists");
  command->add_flag("--list", a->list, "print the formats and what each can hold");
  command->add_flag("--markdown", a->markdown, "with --list: as the table of docs/formats");
  command->footer(
      "Example: vitrion convert melts.extxyz melts/ --to deepmd/npy --elements Na,P,S,O\n"
      "         vitrion convert melt.dump.gz last.vasp --elements Na,P,S,O --frames -1");
  command->callback([a] { run(*a); });
}

}  // namespace vitrion::app
