#include "ui/wizards/setup_view.h"

#include "ui/bridge/bridge.h"
#include "ui/format/overview.h"
#include "ui/format/setup.h"
#include "ui/format/text.h"
#include "ui/widgets/button.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/text.h"
#include "ui/widgets/words_view.h"
#include "ui/wizards/word_widgets.h"

#include <QComboBox>
#include <QLineEdit>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace runnel::ui {

SetupView::SetupView(api::Setup& setup, QWidget* parent)
    : QWidget(parent), m_setup(setup), m_stack(new QStackedWidget) {
    setObjectName(QStringLiteral("setup"));
    auto* const outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_stack);
    buildWelcome();
    buildFork();
    buildPassphrase();
    buildWords();
    buildChecks();
    buildRestore();
    buildUnlock();
    buildAside();
    buildWorking();

    const auto choices = setup.choices();
    const auto existing = std::find_if(choices.begin(), choices.end(),
                                       [](const auto& c) { return c.exists && !c.needs_chain; });
    if (existing != choices.end()) {
        choose(existing->network);
    } else if (choices.size() == 1 && !choices.front().needs_chain) {
        choose(choices.front().network);
    } else {
        welcome();
    }
}

SetupView::~SetupView() { forgetSecrets(); }

SetupView::Place SetupView::place() const {
    Place out;
    out.is_unlock = m_stack->currentWidget() == m_unlock.widget;
    out.network = m_network;
    out.passphrase = m_unlocking->bytes();
    out.chain = m_chain;
    out.moved = m_moved->text();
    if (m_which != nullptr) {
        out.which = m_which->currentIndex();
        out.source = m_source->text();
    }
    out.refused = m_refused;
    out.made = m_made;
    out.kept_in = m_kept_in;
    return out;
}

void SetupView::resume(const Place& place) {
    if (m_which != nullptr) {
        m_which->setCurrentIndex(place.which);
        m_source->setText(place.source);
    }
    if (!place.is_unlock) {
        welcome();
        if (!place.kept_in.isEmpty()) sayKept(m_welcome, place.kept_in);
        return;
    }
    choose(place.network, QString::fromStdString(place.chain));
    m_moved->setText(place.moved);
    const auto typed = place.passphrase.reveal();
    m_unlocking->replaceBy({reinterpret_cast<const char*>(typed.data()), typed.size()});
    if (place.refused) sayRefused(*place.refused, place.made);
}

bool SetupView::canBeRebuilt() const {
    const auto* const shown = m_stack->currentWidget();
    return shown == m_welcome.widget || shown == m_unlock.widget;
}

void SetupView::go(const Step& step, QWidget* focus) {
    step.problem->hide();
    m_refused.reset();
    m_made = false;
    m_kept_in.clear();
    m_stack->setCurrentWidget(step.widget);
    m_first_focus = focus;
    if (focus != nullptr) focus->setFocus(Qt::OtherFocusReason);
}

void SetupView::welcome() {
    m_unlocking->wipe();
    if (m_practise != nullptr)
        m_practise->setText(choiceOf(Network::practice).exists ? tr("Open the &practice wallet")
                                                               : tr("Start &practising"));
    askForSource();
    go(m_welcome, m_practise);
}

api::WalletChoice SetupView::choiceOf(Network network) const {
    const auto choices = m_setup.choices();
    const auto found = std::find_if(choices.begin(), choices.end(),
                                    [&](const auto& c) { return c.network == network; });
    return found == choices.end() ? api::WalletChoice{network, false, false} : *found;
}

void SetupView::askForSource() {
    if (m_which == nullptr) return;
    m_welcome.problem->hide();
    m_kept_in.clear();
    m_source_row->setVisible(
        choiceOf(m_real[static_cast<std::size_t>(std::max(0, m_which->currentIndex()))])
            .needs_chain);
}

void SetupView::realChosen() {
    const auto choice =
        choiceOf(m_real[static_cast<std::size_t>(std::max(0, m_which->currentIndex()))]);
    const auto source = choice.needs_chain ? m_source->text().trimmed() : QString();
    m_kept_in.clear();
    if (choice.needs_chain && source.isEmpty()) {
        m_welcome.problem->showProblem({tr("The chain source is missing."),
                                        tr("Without it the wallet cannot see its coins."),
                                        chainHint()});
        m_source->setFocus();
        return;
    }
    if (const auto problem = choice.needs_chain
                                 ? m_setup.check_chain(choice.network, source.toStdString())
                                 : std::nullopt) {
        m_welcome.problem->showProblem(wordingOf(*problem));
        m_source->setFocus();
        return;
    }
    choose(choice.network, source);
}

void SetupView::choose(Network network, const QString& chain) {
    m_network = network;
    m_chain = chain.toStdString();
    const auto choice = choiceOf(network);
    const bool is_practice = network == Network::practice && !choice.is_guess;
    for (auto* const hint : m_practice_hints) hint->setVisible(is_practice);
    if (!choice.exists) return go(m_fork, findChild<Button*>(QStringLiteral("forkCreate")));
    m_unlock_title->setText(
        choice.is_guess ? tr("Enter the passphrase of this wallet.")
        : is_practice   ? tr("Enter the passphrase of your practice wallet.")
                      : tr("Enter the passphrase of your wallet on %1.").arg(networkName(network)));
    m_moved->clear();
    m_moved_row->setVisible(!is_practice && !choice.is_guess);
    go(m_unlock, m_unlocking);
}

void SetupView::passphraseGiven() {
    const auto first = m_first->bytes(), second = m_second->bytes();
    if (first.size() < least_passphrase) {
        m_first->setWrong(true);
        m_passphrase.problem->showProblem(
            {tr("This passphrase is too short."),
             {},
             tr("Take at least %n character(s).", nullptr, static_cast<int>(least_passphrase))});
        m_first->setFocus();
        return;
    }
    if (!equal_constant_time(first.reveal(), second.reveal())) {
        m_second->setWrong(true);
        m_passphrase.problem->showProblem(
            {tr("The two passphrases differ."), {}, tr("Type the same one twice.")});
        m_second->setFocus();
        return;
    }
    if (m_restoring || m_written) return create();
    m_secret_words = m_setup.fresh_words();
    m_shown->setWords(m_secret_words);
    go(m_words, findChild<Button*>(QStringLiteral("wordsWritten")));
}

void SetupView::wordsTyped() {
    auto words = m_form->words();
    if (const auto problem = m_setup.check_words(words.reveal())) {
        m_restore.problem->showProblem(wordingOf(*problem));
        if (problem->kind == api::WordsProblem::Kind::unknown) m_form->mark(problem->position);
        return;
    }
    m_secret_words = std::move(words);
    go(m_passphrase, m_first);
}

Wording SetupView::worded(const api::SetupProblem& problem) const {
    return wordingOf(problem, QString::fromStdString(m_setup.log_file(m_network)));
}

// The deeds --------------------------------------------------------------------------------------

void SetupView::work(const QString& what) {
    m_working_text->setText(what);
    go(m_working);
}

void SetupView::create() {
    m_written = true;
    api::Creation creation;
    creation.network = m_network;
    creation.words = m_secret_words.clone();
    creation.restored = m_restoring;
    creation.passphrase = m_first->bytes();
    creation.chain = m_chain;
    work(
        tr("Your wallet is being made. Turning a passphrase into a key takes a moment on purpose: "
           "it makes guessing slow."));
    m_setup.create(
        std::move(creation), [this, self = QPointer<QObject>(this)](
                                 Result<std::unique_ptr<api::Session>, api::SetupProblem> result) {
            auto held = std::make_shared<Result<std::unique_ptr<api::Session>, api::SetupProblem>>(
                std::move(result));
            hopTo(self, [this, held] { made(held); });
        });
}

void SetupView::made(Opened result) {
    if (*result) return unlocked(std::move(result));
    const auto wording = worded(result->error());
    if (!choiceOf(m_network).exists) {
        go(m_passphrase, m_first);
        return m_passphrase.problem->showProblem(wording);
    }
    // Nothing is left to be made: either it was made and not opened, or somebody else made one
    // first.
    const bool ours = result->error().fault != api::SetupFault::exists;
    forgetSecrets();
    // What it was to be made with may not have been written down.
    choose(m_network, ours ? QString::fromStdString(m_chain) : QString());
    sayRefused(result->error(), ours);
}

void SetupView::unlock() {
    if (m_unlocking->isEmpty()) {
        m_unlocking->setFocus();
        return;
    }
    api::Opening opening;
    opening.network = m_network;
    opening.passphrase = m_unlocking->bytes();
    opening.chain = m_moved->text().trimmed().toStdString();
    if (opening.chain.empty()) opening.chain = m_chain;
    m_unlocking->wipe();
    work(
        tr("The wallet is being opened. Turning a passphrase into a key takes a moment on purpose: "
           "it makes guessing slow."));
    m_setup.open(
        std::move(opening), [this, self = QPointer<QObject>(this)](
                                Result<std::unique_ptr<api::Session>, api::SetupProblem> result) {
            auto held = std::make_shared<Result<std::unique_ptr<api::Session>, api::SetupProblem>>(
                std::move(result));
            hopTo(self, [this, held] { unlocked(held); });
        });
}

void SetupView::unlocked(Opened result) {
    if (!*result) {
        go(m_unlock, m_unlocking);
        return sayRefused(result->error());
    }
    forgetSecrets();
    // Of a folder that was named without its network only the wallet itself knows.
    m_network = (**result)->node().snapshot()->network;
    emit opened(std::shared_ptr<api::Session>(std::move(**result)), m_network);
}

void SetupView::setAside() {
    work(tr("The wallet's folder gets another name."));
    const bool was_guess = choiceOf(m_network).is_guess;
    m_setup.set_aside(m_network, [this, was_guess, self = QPointer<QObject>(this)](
                                     Result<std::string, api::SetupProblem> result) {
        hopTo(self, [this, was_guess, result = std::move(result)] {
            if (!result) {
                go(m_aside);
                return m_aside.problem->showProblem(worded(result.error()));
            }
            const auto network = m_network;
            // What is remembered of its chain source went with it.
            const auto choice = choiceOf(network);
            // Nor is it known which network the next one is to be on, where that was never said.
            const bool asks_again = choice.needs_chain || was_guess;
            if (asks_again) welcome();
            else choose(network);
            sayKept(asks_again ? m_welcome : m_fork, QString::fromStdString(*result));
        });
    });
}

void SetupView::sayRefused(const api::SetupProblem& problem, bool made) {
    m_refused = problem;
    m_made = made;
    m_unlocking->setWrong(problem.fault == api::SetupFault::wrong_passphrase);
    const auto wording = worded(problem);
    m_unlock.problem->showProblem(made ? Wording{tr("The wallet was made, with the words you have, "
                                                    "but it cannot be opened yet."),
                                                 wording.joined(),
                                                 tr("Unlock it once that is mended.")}
                                       : wording);
}

void SetupView::sayKept(const Step& step, const QString& folder) {
    m_kept_in = folder;
    step.problem->showNote("info", QStringLiteral("info"), tr("The wallet that was here is kept."),
                           tr("It lies in %1.").arg(breakable(folder)));
}

void SetupView::forgetWords() {
    m_secret_words.clear();
    m_shown->clear();
    m_check->clear();
    m_written = false;
}

void SetupView::forgetSecrets() {
    forgetWords();
    m_form->clear();
    for (auto* const edit : {m_first, m_second, m_unlocking}) edit->wipe();
}

}  // namespace runnel::ui
