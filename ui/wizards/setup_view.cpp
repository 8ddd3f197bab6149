#include "ui/wizards/setup_view.h"

#include "ui/bridge/bridge.h"
#include "ui/format/overview.h"
#include "ui/format/setup.h"
#include "ui/format/text.h"
#include "ui/style/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/card.h"
#include "ui/widgets/cue_line.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/layouts.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/text.h"
#include "ui/widgets/words_view.h"
#include "ui/wizards/word_widgets.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QProgressBar>
#include <QScrollArea>
#include <QStackedWidget>
#include <QTimer>

#include <algorithm>

namespace runnel::ui {

namespace {

constexpr int reading_width = 560;
/// Shorter ones are guessed quickly by whoever has a copy of the file.
constexpr std::size_t least_passphrase = 8;

QWidget* withButton(QWidget* field, QWidget* button) {
    auto* const row = new QWidget;
    auto* const line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(space::hair);
    line->addWidget(field, 1);
    line->addWidget(button);
    row->setFocusProxy(field);
    return row;
}

}  // namespace

SetupView::SetupView(api::Setup& setup, QWidget* parent) : QWidget(parent), m_setup(setup), m_stack(new QStackedWidget) {
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
    buildWorking();

    const auto choices = setup.choices();
    const auto existing = std::find_if(choices.begin(), choices.end(), [](const auto& c) { return c.exists && !c.needs_chain; });
    if (existing != choices.end()) {
        choose(existing->network, true);
    } else if (choices.size() == 1 && !choices.front().needs_chain) {
        choose(choices.front().network, choices.front().exists);
    } else {
        go(m_welcome);
    }
}

SetupView::~SetupView() { forgetSecrets(); }

SetupView::Step SetupView::makeStep(const char* object_name, const QString& title, const QString& explanation, const QString& glyph) {
    Step step;
    auto* const scroll = new QScrollArea;
    scroll->setObjectName(QString::fromLatin1(object_name));
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setAccessibleName(title);
    auto* const content = new QWidget;
    content->setObjectName(QStringLiteral("pageContent"));
    auto* const centre = new QHBoxLayout(content);
    centre->setContentsMargins(space::normal, space::large, space::normal, space::large);
    auto* const column = new QWidget;
    column->setMaximumWidth(Theme::current().px(reading_width));
    centre->addStretch(1);
    centre->addWidget(column, 100);
    centre->addStretch(1);
    step.body = new QVBoxLayout(column);
    step.body->setContentsMargins(0, space::normal, 0, 0);
    step.body->setSpacing(space::normal);
    step.body->addWidget(new Glyph(glyph, Ink::accent, 36));
    step.body->addWidget((new Text("heading", title))->named("setupTitle"));
    if (!explanation.isEmpty()) step.body->addWidget(new Text("lead", explanation));
    step.problem = new Banner((QString::fromLatin1(object_name) + QStringLiteral("Problem")).toLatin1().constData());
    step.body->addWidget(step.problem);
    scroll->setWidget(content);
    step.widget = scroll;
    m_stack->addWidget(scroll);
    return step;
}

void SetupView::addWay(Step& step, Button* on, Button* back) {
    auto* const row = new QWidget;
    auto* const flow = new FlowLayout(space::small, row);
    if (on != nullptr) flow->addWidget(on);
    if (back != nullptr) flow->addWidget(back);
    step.body->addSpacing(space::small);
    step.body->addWidget(row);
    step.body->addStretch(1);
}

void SetupView::go(const Step& step, QWidget* focus) {
    step.problem->hide();
    m_stack->setCurrentWidget(step.widget);
    if (focus != nullptr) focus->setFocus(Qt::OtherFocusReason);
}

QString SetupView::chainHint() {
    return tr("For example %1").arg(breakable(QStringLiteral("bitcoind:http://127.0.0.1:18443?cookie=/home/me/.bitcoin/regtest/.cookie")));
}

IconButton* SetupView::makeReveal(const QList<SecretEdit*>& edits) {
    auto* const show = new IconButton(QStringLiteral("show"), tr("Show what is typed"), "revealPassphrase", this);
    show->setCheckable(true);
    QObject::connect(show, &QPushButton::toggled, show, [edits, show](bool on) {
        for (auto* const edit : edits) edit->setShown(on);
        show->setGlyph(on ? QStringLiteral("hide") : QStringLiteral("show"));
        const auto name = on ? tr("Hide what is typed") : tr("Show what is typed");
        show->setAccessibleName(name);
        show->setToolTip(name);
    });
    return show;
}

// The steps --------------------------------------------------------------------------------------------------------------------

void SetupView::buildWelcome() {
    m_welcome = makeStep("setupWelcome", tr("Welcome to Runnel"),
                         tr("A wallet for payments that arrive in a moment. Where would you like to begin?"), QStringLiteral("runnel"));
    const auto choices = m_setup.choices();
    std::vector<api::WalletChoice> real;
    for (const auto& choice : choices) {
        if (choice.network != Network::practice) {
            real.push_back(choice);
            continue;
        }
        auto* const card = new Card("plain");
        card->body()->addWidget(new Text("title", tr("Practise first")));
        card->body()->addWidget(new Text("body", tr("A whole small network inside this computer: a shop, a hub, blocks of its own. Its coins are "
                                                    "worth nothing, so nothing can go wrong. No internet is needed.")));
        auto* const begin = new Button(ButtonKind::primary, choice.exists ? tr("Open the &practice wallet") : tr("Start &practising"), "welcomePractice");
        begin->setGlyph(QStringLiteral("practice"));
        card->body()->addWidget(begin, 0, Qt::AlignLeft);
        connect(begin, &Button::clicked, this, [this, exists = choice.exists] { choose(Network::practice, exists); });
        m_welcome.body->addWidget(card);
    }
    if (!real.empty()) {
        auto* const card = new Card("plain");
        card->body()->addWidget(new Text("title", tr("A network of others")));
        card->body()->addWidget(new Text("body", tr("For test networks with a bitcoind of yours. This version does not work with real money yet.")));
        auto* const network = new QComboBox;
        network->setObjectName(QStringLiteral("welcomeNetwork"));
        network->setAccessibleName(tr("Network"));
        bool ask_chain = false;
        for (const auto& choice : real) {
            network->addItem(networkName(choice.network));
            ask_chain = ask_chain || choice.needs_chain;
        }
        card->body()->addWidget(labelled(tr("&Network"), network));
        auto* const chain = new QLineEdit;
        chain->setObjectName(QStringLiteral("welcomeChain"));
        chain->setAccessibleName(tr("Address of the chain source"));
        chain->setLayoutDirection(Qt::LeftToRight);
        auto* const row = labelled(tr("&Chain source"), chain, chainHint());
        row->setVisible(ask_chain);
        card->body()->addWidget(row);
        auto* const on = new Button(ButtonKind::secondary, tr("&Go on"), "welcomeReal");
        card->body()->addWidget(on, 0, Qt::AlignLeft);
        connect(on, &Button::clicked, this, [this, network, chain, real, ask_chain] {
            const auto& choice = real[static_cast<std::size_t>(std::max(0, network->currentIndex()))];
            if (ask_chain && chain->text().trimmed().isEmpty()) {
                m_welcome.problem->showProblem({tr("The chain source is missing."), tr("Without it the wallet cannot see its coins."), chainHint()});
                chain->setFocus();
                return;
            }
            choose(choice.network, choice.exists, chain->text().trimmed());
        });
        m_welcome.body->addWidget(card);
    }
    m_welcome.body->addStretch(1);
}

void SetupView::choose(Network network, bool exists, const QString& chain) {
    m_network = network;
    m_chain = chain.toStdString();
    if (exists) {
        m_unlock_title->setText(network == Network::practice ? tr("Enter the passphrase of your practice wallet.")
                                                             : tr("Enter the passphrase of your wallet on %1.").arg(networkName(network)));
        go(m_unlock, m_unlocking);
    } else {
        go(m_fork, findChild<Button*>(QStringLiteral("forkCreate")));
    }
}

void SetupView::buildFork() {
    m_fork = makeStep("setupFork", tr("Your wallet"), tr("A new wallet gets 24 words of its own. An old one comes back by its words."),
                      QStringLiteral("shield"));
    auto* const fresh = new Button(ButtonKind::primary, tr("Make a &new wallet"), "forkCreate");
    fresh->setGlyph(QStringLiteral("plus"));
    auto* const old = new Button(ButtonKind::secondary, tr("&Restore from words"), "forkRestore");
    old->setGlyph(QStringLiteral("restore"));
    auto* const row = new QWidget;
    auto* const flow = new FlowLayout(space::small, row);
    flow->addWidget(fresh);
    flow->addWidget(old);
    m_fork.body->addWidget(row);
    if (m_setup.choices().size() > 1) {
        auto* const back = new Button(ButtonKind::quiet, tr("&Back"), "forkBack");
        connect(back, &Button::clicked, this, [this] { go(m_welcome); });
        addWay(m_fork, nullptr, back);
    } else {
        m_fork.body->addStretch(1);
    }
    connect(fresh, &Button::clicked, this, [this] {
        m_restoring = false;
        go(m_passphrase, m_first);
    });
    connect(old, &Button::clicked, this, [this] {
        m_restoring = true;
        m_form->clear();
        go(m_restore, m_form->field(0));
    });
}

void SetupView::buildPassphrase() {
    m_passphrase = makeStep("setupPassphrase", tr("A passphrase for this computer"),
                            tr("It locks the wallet's file here. It is not in the 24 words: if you forget it, the words bring the coins back."),
                            QStringLiteral("lock"));
    m_first = new SecretEdit(SecretEdit::Kind::passphrase, tr("Passphrase"), "passphraseFirst");
    m_second = new SecretEdit(SecretEdit::Kind::passphrase, tr("Passphrase again"), "passphraseSecond");
    auto* const show = makeReveal({m_first, m_second});
    m_passphrase.body->addWidget(labelled(tr("&Passphrase"), withButton(m_first, show), tr("At least %n character(s); a few words are good.", nullptr, static_cast<int>(least_passphrase))));
    m_passphrase.body->addWidget(labelled(tr("The same &again"), m_second));
    auto* const on = new Button(ButtonKind::primary, tr("&Go on"), "passphraseNext");
    auto* const back = new Button(ButtonKind::quiet, tr("&Back"), "passphraseBack");
    addWay(m_passphrase, on, back);
    QWidget* before = m_first;
    for (QWidget* const next : std::initializer_list<QWidget*>{m_second, show, on, back}) {
        setTabOrder(before, next);
        before = next;
    }
    connect(m_first, &SecretEdit::finished, this, [this] { m_second->setFocus(Qt::TabFocusReason); });
    connect(m_second, &SecretEdit::finished, this, &SetupView::passphraseGiven);
    connect(on, &Button::clicked, this, &SetupView::passphraseGiven);
    connect(back, &Button::clicked, this, [this] { go(m_restoring ? m_restore : m_fork); });
}

void SetupView::passphraseGiven() {
    const auto first = m_first->bytes(), second = m_second->bytes();
    if (first.size() < least_passphrase) {
        m_first->setWrong(true);
        m_passphrase.problem->showProblem({tr("This passphrase is too short."), {}, tr("Take at least %n character(s).", nullptr, static_cast<int>(least_passphrase))});
        m_first->setFocus();
        return;
    }
    if (!equal_constant_time(first.reveal(), second.reveal())) {
        m_second->setWrong(true);
        m_passphrase.problem->showProblem({tr("The two passphrases differ."), {}, tr("Type the same one twice.")});
        m_second->setFocus();
        return;
    }
    if (m_restoring) return create();
    m_secret_words = m_setup.fresh_words();
    m_shown->setWords(m_secret_words);
    go(m_words, findChild<Button*>(QStringLiteral("wordsWritten")));
}

void SetupView::buildWords() {
    m_words = makeStep("setupWords", tr("Your 24 words"),
                       tr("Write them on paper, in this order. Whoever has them has your coins; without them nobody can bring your coins back."),
                       QStringLiteral("words"));
    m_shown = new WordsView("setupWordsView");
    m_words.body->addWidget(m_shown);
    m_words.body->addWidget(new Text("muted", tr("They are not copied to the clipboard on purpose: other programs can read it.")));
    auto* const on = new Button(ButtonKind::primary, tr("I have &written them down"), "wordsWritten");
    auto* const back = new Button(ButtonKind::quiet, tr("&Back"), "wordsBack");
    addWay(m_words, on, back);
    connect(on, &Button::clicked, this, [this] {
        m_shown->clear();
        m_check->ask(m_secret_words);
        go(m_checks, m_check->findChild<WordOption*>());
    });
    connect(back, &Button::clicked, this, [this] {
        m_shown->clear();
        m_secret_words.clear();
        go(m_passphrase, m_first);
    });
}

void SetupView::buildChecks() {
    m_checks = makeStep("setupChecks", tr("Three words, to be sure"), tr("Look at your paper and choose the right ones."), QStringLiteral("words"));
    m_check = new WordChecks(m_setup);
    m_checks.body->addWidget(m_check);
    auto* const back = new Button(ButtonKind::quiet, tr("&Show the words again"), "checksBack");
    addWay(m_checks, nullptr, back);
    connect(m_check, &WordChecks::mistaken, this, [this] {
        m_checks.problem->showProblem({tr("That is not the word in this place."), {}, tr("Look at your paper, or see the words again.")});
    });
    connect(m_check, &WordChecks::answered, this, [this] {
        m_checks.problem->hide();
        if (m_check->allRight()) create();
    });
    connect(back, &Button::clicked, this, [this] {
        m_shown->setWords(m_secret_words);
        m_check->clear();
        go(m_words);
    });
}

void SetupView::buildRestore() {
    m_restore = makeStep("setupRestore", tr("Enter your words"),
                         tr("Type them in their order. After a few letters, space completes the word and goes on to the next."), QStringLiteral("restore"));
    m_form = new WordForm(m_setup);
    m_restore.body->addWidget(m_form);
    m_restore.body->addWidget(new Text("muted", tr("Words bring back the coins on the chain. Channels that were open need the other side to be there.")));
    auto* const on = new Button(ButtonKind::primary, tr("&Go on"), "restoreNext");
    auto* const back = new Button(ButtonKind::quiet, tr("&Back"), "restoreBack");
    addWay(m_restore, on, back);
    connect(on, &Button::clicked, this, &SetupView::wordsTyped);
    connect(back, &Button::clicked, this, [this] {
        m_form->clear();
        go(m_fork);
    });
    connect(m_form, &WordForm::edited, this, [this] { m_restore.problem->hide(); });
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

void SetupView::buildUnlock() {
    m_unlock = makeStep("setupUnlock", tr("Welcome back"), {}, QStringLiteral("runnel"));
    m_unlock_title = new Text("lead");
    m_unlock.body->insertWidget(2, m_unlock_title);
    m_unlocking = new SecretEdit(SecretEdit::Kind::passphrase, tr("Passphrase"), "unlockPassphrase");
    auto* const show = makeReveal({m_unlocking});
    m_unlock.body->addWidget(labelled(tr("&Passphrase"), withButton(m_unlocking, show)));
    m_unlock_button = new Button(ButtonKind::primary, tr("&Unlock"), "unlockNow");
    m_unlock_button->setGlyph(QStringLiteral("lock"));
    Button* other = nullptr;
    if (m_setup.choices().size() > 1) {
        other = new Button(ButtonKind::quiet, tr("Use &another wallet"), "unlockOther");
        connect(other, &Button::clicked, this, [this] {
            m_unlocking->wipe();
            go(m_welcome);
        });
    }
    addWay(m_unlock, m_unlock_button, other);
    connect(m_unlocking, &SecretEdit::finished, this, &SetupView::unlock);
    connect(m_unlock_button, &Button::clicked, this, &SetupView::unlock);
}

void SetupView::buildWorking() {
    m_working = makeStep("setupWorking", tr("One moment"), {}, QStringLiteral("lock"));
    m_working_text = new Text("lead");
    m_working.body->insertWidget(2, m_working_text);
    auto* const bar = new QProgressBar;
    bar->setRange(0, 0);
    bar->setTextVisible(false);
    bar->setObjectName(QStringLiteral("setupProgress"));
    bar->setAccessibleName(tr("Under way"));
    m_working.body->addWidget(bar);
    m_working.body->addStretch(1);
}

// The deeds --------------------------------------------------------------------------------------------------------------------

void SetupView::work(const QString& what) {
    m_working_text->setText(what);
    go(m_working);
}

void SetupView::create() {
    api::Creation creation;
    creation.network = m_network;
    creation.words = m_secret_words.clone();
    creation.restored = m_restoring;
    creation.passphrase = m_first->bytes();
    creation.chain = m_chain;
    work(tr("Your wallet is being made. Turning a passphrase into a key takes a moment on purpose: it makes guessing slow."));
    m_setup.create(std::move(creation), [this, self = QPointer<QObject>(this)](Result<std::unique_ptr<api::Session>, api::SetupProblem> result) {
        auto held = std::make_shared<Result<std::unique_ptr<api::Session>, api::SetupProblem>>(std::move(result));
        hopTo(self, [this, held] { ended(std::move(*held), m_passphrase); });
    });
}

void SetupView::unlock() {
    if (m_unlocking->isEmpty()) {
        m_unlocking->setFocus();
        return;
    }
    auto passphrase = m_unlocking->bytes();
    m_unlocking->wipe();
    work(tr("The wallet is being opened. Turning a passphrase into a key takes a moment on purpose: it makes guessing slow."));
    m_setup.open(m_network, std::move(passphrase), [this, self = QPointer<QObject>(this)](Result<std::unique_ptr<api::Session>, api::SetupProblem> result) {
        auto held = std::make_shared<Result<std::unique_ptr<api::Session>, api::SetupProblem>>(std::move(result));
        hopTo(self, [this, held] { ended(std::move(*held), m_unlock); });
    });
}

void SetupView::ended(Result<std::unique_ptr<api::Session>, api::SetupProblem> result, const Step& back_to) {
    if (!result) {
        const bool wrong = result.error().fault == api::SetupFault::wrong_passphrase;
        go(back_to, &back_to == &m_unlock ? m_unlocking : m_first);
        m_unlocking->setWrong(wrong);
        back_to.problem->showProblem(wordingOf(result.error()));
        return;
    }
    forgetSecrets();
    emit opened(std::shared_ptr<api::Session>(std::move(*result)), m_network);
}

void SetupView::forgetSecrets() {
    m_secret_words.clear();
    m_shown->clear();
    m_check->clear();
    m_form->clear();
    for (auto* const edit : {m_first, m_second, m_unlocking}) edit->wipe();
}

}  // namespace runnel::ui
