#include "ui/pages/home_page.h"

#include "ui/format/amount.h"
#include "ui/format/figures.h"
#include "ui/format/overview.h"
#include "ui/format/problem.h"
#include "ui/pages/activity_row.h"
#include "ui/widgets/amount_label.h"
#include "ui/widgets/button.h"
#include "ui/widgets/card.h"
#include "ui/widgets/cue_line.h"
#include "ui/widgets/layouts.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/text.h"

#include <QGuiApplication>
#include <QHBoxLayout>

#include <algorithm>

namespace runnel::ui {

namespace {

constexpr int recent_rows = 4;
constexpr Sat practice_gift{1'000'000};

void empty(QWidget* box) {
    while (auto* const item = box->layout()->takeAt(0)) {
        delete item->widget();
        delete item;
    }
}

QWidget* makeRows() {
    auto* const rows = new QWidget;
    auto* const column = new QVBoxLayout(rows);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::medium);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    rows->setSizePolicy(policy);
    return rows;
}

QWidget* heldRow(const Held& held) {
    auto* const row = new QWidget;
    row->setObjectName(QStringLiteral("heldRow"));
    row->setAccessibleName(held.what + QStringLiteral(", ") + amountText(held) +
                           QStringLiteral(". ") + held.reason);
    auto* const line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(space::medium);
    const bool kept = held.kind == Held::Kind::reserve;
    line->addWidget(new Glyph(kept ? QStringLiteral("shield") : QStringLiteral("busy"),
                              kept ? Ink::muted : Ink::accent),
                    0, Qt::AlignTop);
    auto* const words = new QWidget;
    auto* const column = new QVBoxLayout(words);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addWidget(new Text("body", held.what));
    column->addWidget(new Text("caption", held.reason));
    QWidget* amount = nullptr;
    if (held.kind == Held::Kind::unknown) {
        amount = (new Text("muted", amountText(held)))->named("heldUnknown");
    } else {
        auto* const known = new AmountLabel(Type::lead, "heldAmount");
        known->setAmount(held.amount);
        amount = known;
    }
    // Where there is no room beside the words the amount stands below them, not below the glyph.
    auto* const beside = new Columns(344);
    beside->layout()->setSpacing(space::hair);
    beside->add(words, 1);
    beside->add(amount, 0, Qt::AlignTop);
    line->addWidget(beside, 1);
    return row;
}

QWidget* figure(const QString& label, AmountLabel* amount, QWidget* more = nullptr) {
    auto* const out = new QWidget;
    auto* const column = new QVBoxLayout(out);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    auto* const name = new Text("muted", label);
    column->addWidget(name);
    column->addWidget(amount);
    if (more != nullptr) column->addWidget(more);
    column->addStretch(1);
    return out;
}

}  // namespace

HomePage::HomePage(WalletModel& wallet, QWidget* parent)
    : Page(tr("Home"), "homePage", parent), m_wallet(wallet) {
    buildFigures();

    m_first = new StateView("homeFirst");
    auto* const first = new Card("plain");
    first->body()->addWidget(m_first);
    m_first->layout()->setContentsMargins(0, space::normal, 0, space::normal);
    first->setObjectName(QStringLiteral("homeFirstCard"));
    m_first_problem = new Banner("homeFirstProblem");
    first->body()->addWidget(m_first_problem);
    body()->addWidget(first);

    m_held = new Card("plain");
    m_held->setObjectName(QStringLiteral("homeHeld"));
    m_held->body()->addWidget(new Text("title", tr("On its way, or kept back")));
    m_held_rows = makeRows();
    m_held->body()->addWidget(m_held_rows);
    body()->addWidget(m_held);

    buildPractice();

    m_recent = new Card("plain");
    m_recent->setObjectName(QStringLiteral("homeRecent"));
    auto* const head = new QHBoxLayout;
    head->addWidget(new Text("title", tr("Recently")), 1);
    auto* const all = new Button(ButtonKind::quiet, tr("Show &all"), "homeShowAll");
    connect(all, &Button::clicked, this, &HomePage::wantsActivity);
    head->addWidget(all);
    m_recent->body()->addLayout(head);
    m_recent_rows = makeRows();
    m_recent_rows->layout()->setSpacing(0);
    m_recent->body()->addWidget(m_recent_rows);
    body()->addWidget(m_recent);
    body()->addStretch(1);

    connect(&m_wallet, &WalletModel::pictureChanged, this, &HomePage::refresh);
    connect(&m_wallet, &WalletModel::practiceChanged, this, &HomePage::refresh);
    connect(&m_wallet, &WalletModel::namesChanged, this, &HomePage::refresh);
    auto& activity = m_wallet.activity();
    for (const auto signal :
         {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved}) {
        connect(&activity, signal, this, &HomePage::recentChanged);
    }
    connect(&activity, &QAbstractItemModel::dataChanged, this, &HomePage::recentChanged);
    connect(&activity, &ActivityModel::loaded, this, &HomePage::recentChanged);
    m_recent_due.setSingleShot(true);
    connect(&m_recent_due, &QTimer::timeout, this, &HomePage::refreshRecent);
    refresh();
    refreshRecent();
}

void HomePage::buildFigures() {
    m_figures = new Card("plain");
    m_figures->setObjectName(QStringLiteral("homeFigures"));
    m_spendable = new AmountLabel(Type::display, "homeSpendable");
    m_spendable_why = (new Text("caption"))->named("homeSpendableWhy");
    m_figures->body()->addWidget(figure(tr("Ready to spend"), m_spendable, m_spendable_why));
    auto* const buttons = new QWidget;
    auto* const flow = new FlowLayout(space::small, buttons);
    auto* const pay = new Button(ButtonKind::primary, tr("&Pay"), "homePay");
    pay->setGlyph(QStringLiteral("pay"));
    auto* const receive = new Button(ButtonKind::secondary, tr("&Receive"), "homeReceive");
    receive->setGlyph(QStringLiteral("receive"));
    flow->addWidget(pay);
    flow->addWidget(receive);
    connect(pay, &Button::clicked, this, &HomePage::wantsPay);
    connect(receive, &Button::clicked, this, &HomePage::wantsReceive);
    m_figures->body()->addSpacing(space::hair);
    m_figures->body()->addWidget(buttons);
    m_figures->body()->addSpacing(space::small);
    m_figures->body()->addWidget(makeLine());
    m_figures->body()->addSpacing(space::hair);
    auto* const more = new Columns(380);
    m_onchain = new AmountLabel(Type::title, "homeOnchain");
    m_receivable = new AmountLabel(Type::title, "homeReceivable");
    more->add(figure(tr("Coins on the chain"), m_onchain));
    more->add(figure(tr("Can be received"), m_receivable));
    m_figures->body()->addWidget(more);
    m_figures->body()->addSpacing(space::hair);
    m_figures->body()->addWidget(makeLine());
    m_figures->body()->addSpacing(space::hair);
    m_health = new CueLine("homeHealth");
    m_figures->body()->addWidget(m_health);
    body()->addWidget(m_figures);
}

void HomePage::buildPractice() {
    if (m_wallet.practice() == nullptr) return;
    m_practice = new Card("info");
    m_practice->setObjectName(QStringLiteral("homePractice"));
    m_practice->body()->addWidget(new Text("title", tr("Practice network")));
    m_practice->body()->addWidget(
        new Text("body", tr("Everything works as on the real network, only that these coins are "
                            "worth nothing and the "
                            "network lives on this computer. A block comes by itself now and then, "
                            "or at a click.")));
    auto* const buttons = new QWidget;
    auto* const flow = new FlowLayout(space::small, buttons);
    auto* const coins =
        new Button(ButtonKind::secondary, tr("Get practice &coins"), "practiceCoins");
    coins->setGlyph(QStringLiteral("coins"));
    auto* const block = m_block =
        new Button(ButtonKind::secondary, tr("Make a &block now"), "practiceBlock");
    block->setGlyph(QStringLiteral("block"));
    flow->addWidget(coins);
    flow->addWidget(block);
    m_practice->body()->addWidget(buttons);
    auto* const problem = new Banner("homeProblem");
    m_practice->body()->addWidget(problem);
    connect(coins, &Button::clicked, this, [this, coins, problem] { askForCoins(coins, problem); });
    connect(block, &Button::clicked, this, [this, block, problem] {
        block->setBusy(true);
        m_wallet.practice()->mine(
            1, this, [this, block, problem](const Result<BlockHeight, api::Problem>& height) {
                block->setBusy(false);
                if (!height) {
                    problem->showProblem(wordingOf(height.error()));
                    return reveal(problem);
                }
                problem->hide();
                emit said(tr("Block %1 was made.").arg(grouped(height->raw())));
            });
    });
    body()->addWidget(m_practice);
}

void HomePage::askForCoins(Button* button, Banner* problem) {
    button->setBusy(true);
    m_wallet.practice()->faucet(
        practice_gift, this, [this, button, problem](const Result<Txid, api::Problem>& sent) {
            button->setBusy(false);
            // The coins were here before the answer, and the way to ask for them has gone. What
            // they need next is a block.
            if (isVisible() && !button->isVisible() && window()->focusWidget() == nullptr)
                m_block->setFocus(Qt::OtherFocusReason);
            if (!sent) {
                problem->showProblem(wordingOf(sent.error()));
                return reveal(problem);
            }
            problem->hide();
            emit said(tr("%1 are on their way to you.").arg(satText(practice_gift)));
        });
}

void HomePage::refresh() {
    const auto& picture = m_wallet.picture();
    m_spendable->setAmount(picture.balance.can_send);
    m_spendable_why->setText(spendableSentence(picture));
    m_onchain->setAmount(inMsat(freeCoins(picture.balance)));
    m_receivable->setAmount(picture.balance.can_receive);
    const auto health = healthOf(picture, m_wallet.practiceState());
    m_health->set(health.cue, health.sentence);
    refreshFirstSteps();
    refreshHeld();
}

void HomePage::refreshFirstSteps() {
    const auto& picture = m_wallet.picture();
    const bool any_channel = std::any_of(picture.channels.begin(), picture.channels.end(),
                                         [](const auto& c) { return c.state != "closed"; });
    const bool any_coin = !picture.balance.onchain.is_zero();
    const bool coming = !picture.balance.onchain_unconfirmed.is_zero();
    m_first->parentWidget()->setVisible(!any_channel);
    m_first->action()->disconnect(this);
    if (any_channel || any_coin || coming) m_first_problem->hide();
    if (any_channel) return;
    const bool any_closed = !picture.channels.empty();
    const auto takes = openingTakesSentence(picture);
    if ((any_coin || coming) && isTooLittleToOpen(picture.balance)) {
        m_first->set(QStringLiteral("coins"), tr("Not enough for a channel yet"),
                     tr("You have %1.").arg(satText(coinsOf(picture.balance))) + u' ' + takes);
        offerCoins();
    } else if (any_coin && isEnoughToOpen(picture.balance)) {
        m_first->set(QStringLiteral("channels"),
                     any_closed ? tr("Open a channel") : tr("Open your first channel"),
                     tr("A channel is what payments travel through: it takes a few blocks to open, "
                        "then paying takes a moment."));
        m_first->offer(tr("&Open a channel"));
        connect(m_first->action(), &Button::clicked, this, &HomePage::wantsOpenChannel);
    } else if (coming) {
        m_first->set(
            QStringLiteral("busy"),
            any_closed ? tr("Coins are on their way") : tr("Your first coins are on their way"),
            tr("Once they are in a block you can open a channel with them."));
        m_first->offer({});
    } else if (m_wallet.practice() != nullptr) {
        m_first->set(QStringLiteral("coins"), tr("Begin with some practice coins"),
                     tr("They are worth nothing, so you can try everything with them."));
        offerCoins();
    } else {
        const auto how =
            tr("Receive coins to an address of this wallet. Then you can open a "
               "channel with them.");
        m_first->set(QStringLiteral("coins"), tr("Begin with some coins"),
                     takes.isEmpty() ? how : how + u' ' + takes);
        offerCoins();
    }
}

/// On the practice network for the asking, elsewhere by an address.
void HomePage::offerCoins() {
    if (m_wallet.practice() != nullptr) {
        m_first->offer(tr("Get practice coins"));
        connect(m_first->action(), &Button::clicked, this,
                [this] { askForCoins(m_first->action(), m_first_problem); });
    } else {
        m_first->offer(tr("Show an a&ddress"));
        connect(m_first->action(), &Button::clicked, this, &HomePage::wantsAddress);
    }
}

void HomePage::refreshHeld() {
    auto held = heldIn(m_wallet.picture(), m_wallet.names(), m_wallet.now());
    m_held->setVisible(!held.empty());
    if (held == m_held_shown) return;
    m_held_shown = std::move(held);
    empty(m_held_rows);
    for (const auto& one : m_held_shown) m_held_rows->layout()->addWidget(heldRow(one));
}

void HomePage::showEvent(QShowEvent* event) {
    refreshRecent();
    Page::showEvent(event);
}

void HomePage::recentChanged() {
    constexpr int pause = 250;
    if (m_recent_due.isActive()) return;
    m_recent_due.start(m_recent_since.isValid() && m_recent_since.elapsed() < pause ? pause : 0);
}

void HomePage::refreshRecent() {
    m_recent_since.start();
    if (!isVisible()) return;
    // Whoever is pressing a row presses it to the end; whoever has the keyboard on one keeps it
    // there.
    if (QGuiApplication::mouseButtons() != Qt::NoButton && m_recent_rows->underMouse())
        return recentChanged();
    const auto* const chosen = qobject_cast<ActivityRow*>(window()->focusWidget());
    const bool has_focus = chosen != nullptr && m_recent_rows->isAncestorOf(chosen);
    const auto key = has_focus ? chosen->key() : QByteArray();
    auto& activity = m_wallet.activity();
    const int count = std::min(activity.rowCount(), recent_rows);
    // What takes the place of a row that is gone has the keyboard then.
    ActivityRow* focus = nullptr;
    int place = has_focus ? std::min(m_recent_rows->layout()->indexOf(chosen), count - 1) : count;
    for (int row = 0; row < count && has_focus; ++row) {
        if (QByteArray::fromStdString(activity.at(row).key()) == key) place = row;
    }
    empty(m_recent_rows);
    m_recent->setVisible(count > 0);
    for (int row = 0; row < count; ++row) {
        auto* const line = new ActivityRow(activity.at(row), m_wallet);
        connect(line, &ActivityRow::chosen, this, &HomePage::wantsEntry);
        m_recent_rows->layout()->addWidget(line);
        if (row == place) focus = line;
    }
    if (focus != nullptr) focus->setFocus(Qt::OtherFocusReason);
}

}  // namespace runnel::ui
