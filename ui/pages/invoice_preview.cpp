#include "ui/pages/invoice_preview.h"

#include "ui/format/amount.h"
#include "ui/format/channel.h"
#include "ui/format/problem.h"
#include "ui/format/text.h"
#include "ui/format/time.h"
#include "ui/style/theme.h"
#include "ui/widgets/amount_label.h"
#include "ui/widgets/button.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/text.h"

#include <algorithm>

namespace runnel::ui {

namespace {

bool isAtTheOtherEnd(const crypto::PublicKey& payee, const api::Snapshot& picture) {
    return std::any_of(
        picture.channels.begin(), picture.channels.end(),
        [&](const api::ChannelView& channel) { return channel.usable && channel.peer == payee; });
}

/// A way that a hint leads along may cost nothing, too; if it fails the next one may not.
QString feeBefore(const std::optional<Msat>& fee, Msat amount, bool is_direct) {
    const auto most = feeText(api::usual_max_fee(amount));
    if (fee && fee->is_zero() && is_direct)
        return InvoicePreview::tr("No fee: the payee is at the other end of your channel");
    if (fee) return InvoicePreview::tr("%1, never more than %2").arg(feeText(*fee), most);
    return InvoicePreview::tr("Never more than %1").arg(most);
}

}  // namespace

InvoicePreview::InvoicePreview(WalletModel& wallet, QWidget* parent)
    : Card("plain", parent), m_wallet(wallet) {
    setObjectName(QStringLiteral("payPreview"));
    m_amount = new AmountLabel(Type::display, "payAmount");
    m_amount_edit = new AmountEdit(tr("Amount to pay"), "payAmountEdit");
    m_amount_hint = (new Text("caption"))->named("payAmountHint");
    m_amount_row = labelled(tr("&Amount to pay"), m_amount_edit);
    m_amount_row->layout()->addWidget(m_amount_hint);
    m_problem = new Banner("payAmountProblem");
    m_amount_row->layout()->addWidget(m_problem);
    m_facts = new Facts;
    m_pay = new Button(ButtonKind::primary, tr("&Pay now"), "payNow");
    m_pay->setGlyph(QStringLiteral("pay"));
    m_other = new QWidget;
    auto* const other = new QVBoxLayout(m_other);
    other->setContentsMargins(0, space::small, 0, 0);
    other->setSpacing(space::small);
    auto* const chain =
        new Button(ButtonKind::quiet, tr("Pay on the &chain instead"), "payOnChain");
    other->addWidget(
        (new Text("muted", tr("This can be paid in two ways. Over Lightning it arrives at once; on "
                              "the chain it waits for a block and costs a transaction's fee.")))
            ->named("payWays"));
    other->addWidget(chain, 0, Qt::AlignLeft);
    auto* const layout = body();
    layout->addWidget(new Text("muted", tr("You pay")));
    layout->addWidget(m_amount);
    layout->addWidget(m_amount_row);
    layout->addSpacing(space::hair);
    layout->addWidget(m_facts);
    layout->addSpacing(space::small);
    layout->addWidget(m_pay, 0, Qt::AlignLeft);
    layout->addWidget(m_other);
    m_soon.setSingleShot(true);
    m_soon.setInterval(120);
    connect(&m_soon, &QTimer::timeout, this, &InvoicePreview::judge);
    connect(m_amount_edit, &QLineEdit::textChanged, this, &InvoicePreview::judge);
    // A payment ended, a peer is back: what can be sent is another sum now.
    connect(&m_wallet, &WalletModel::pictureChanged, this, [this] {
        refreshHint();
        if (isVisible() && !m_soon.isActive()) m_soon.start();
    });
    // Not a payment by a key too many: Enter leads to the button, and once more pays.
    connect(m_amount_edit, &QLineEdit::returnPressed, this, [this] {
        if (m_pay->isEnabled()) m_pay->setFocus();
    });
    connect(m_pay, &Button::clicked, this, &InvoicePreview::post);
    connect(chain, &Button::clicked, this, &InvoicePreview::wantsChain);
}

bool InvoicePreview::isPayable(const api::Inspection& looked) {
    // What was sent on the chain for it has paid it, or will.
    if (looked.onchain && looked.onchain->sent && looked.onchain->sent->for_this) return false;
    return looked.kind == "bolt11" &&
           (!looked.problem || looked.problem->kind == api::ProblemKind::amount_missing);
}

void InvoicePreview::set(const api::Inspection& looked) {
    const bool another = looked.payment_hash != m_looked.payment_hash;
    m_looked = looked;
    const bool choose = !looked.amount;
    m_amount->setVisible(!choose);
    m_amount_row->setVisible(choose);
    if (!choose) m_amount->setExactAmount(*looked.amount);
    // What was typed was for another invoice. Where this one leaves it open, the link around it may
    // not.
    if (another) m_amount_edit->clear();
    if (choose && another && looked.onchain && looked.onchain->amount)
        m_amount_edit->setAmount(*looked.onchain->amount);
    if (another) m_judged.reset();
    refreshHint();
    reword();
    m_facts->set(tr("For"), tamed(looked.description));
    m_facts->set(tr("Expires"), whenText(looked.expires, m_wallet.now()));
    m_other->setVisible(isPayable(looked) && looked.onchain && !looked.onchain->problem);
    show();
    judge();
    // Looked at again, it leaves the keyboard where the person has it.
    if (choose && another && isVisible() && !m_amount_edit->hasFocus()) m_amount_edit->setFocus();
}

void InvoicePreview::reword() { m_facts->set(tr("To"), m_wallet.names().of(m_looked.payee)); }

QString InvoicePreview::typed() const { return m_amount_edit->text(); }

void InvoicePreview::resume(const QString& typed) {
    if (!m_looked.amount) m_amount_edit->setText(typed);
}

QWidget* InvoicePreview::wayOn() const {
    if (isHidden() || !isPayable(m_looked)) return nullptr;
    return m_looked.amount ? static_cast<QWidget*>(m_pay) : m_amount_edit;
}

std::optional<Msat> InvoicePreview::amount() const {
    if (m_looked.amount) return m_looked.amount;
    const auto typed = m_amount_edit->amount();
    return typed ? typed->checked_msat() : std::nullopt;
}

void InvoicePreview::showEvent(QShowEvent* event) {
    Card::showEvent(event);
    // Nobody looked meanwhile, so nobody asked.
    m_soon.start();
}

void InvoicePreview::refreshHint() {
    const auto& picture = m_wallet.picture();
    const auto held = noPaymentsSentence(picture.chain);
    m_amount_hint->setText(
        held.isEmpty() ? tr("You can send up to %1 now.").arg(satText(picture.balance.can_send))
                       : held);
}

void InvoicePreview::judge() {
    m_soon.stop();
    const auto paid = amount();
    const auto number = ++m_asked;
    const bool ask = !m_looked.amount && isPayable(m_looked) && paid && !paid->is_zero();
    if (!ask) m_judged.reset();
    refresh();
    if (!ask) return;
    m_wallet.bridge().inspect(
        m_looked.bolt11, paid, this,
        [this, number, amount = *paid](const Result<api::Inspection, api::Problem>& looked) {
            if (number != m_asked || !looked) return;
            m_judged = Judged{amount, looked->problem, looked->fee};
            refresh();
        });
}

void InvoicePreview::refresh() {
    const bool blocked = !isPayable(m_looked);
    const auto paid = amount();
    const bool nothing = paid && paid->is_zero();
    m_amount_edit->setWrong(!m_looked.amount && (!m_amount_edit->isUsable() || nothing));
    const auto problem = m_judged ? m_judged->problem : std::nullopt;
    if (problem) {
        // Said once, not with each picture.
        const auto wording = wordingOf(*problem, m_wallet.picture());
        if (m_problem->isHidden() || m_problem->text() != wording.joined())
            m_problem->showProblem(wording);
    } else {
        m_problem->hide();
    }
    auto fee = m_looked.fee;
    if (!m_looked.amount) fee = m_judged && m_judged->amount == paid ? m_judged->fee : std::nullopt;
    const bool is_direct = isAtTheOtherEnd(m_looked.payee, m_wallet.picture());
    m_facts->set(tr("Fee"),
                 paid && !blocked && !problem ? feeBefore(fee, *paid, is_direct) : QString());
    m_pay->setEnabled(!blocked && !problem && paid && !nothing);
    m_pay->setVisible(!blocked);
    QString action = tr("&Pay now");
    if (paid && !paid->is_zero()) action = tr("&Pay %1").arg(exactText(*paid));
    m_pay->setText(action);
}

void InvoicePreview::post() {
    const auto paid = amount();
    if (!paid || !m_pay->isEnabled()) return;
    api::Pay wish;
    wish.text = m_looked.bolt11;
    if (!m_looked.amount) wish.amount = *paid;
    wish.max_fee = api::usual_max_fee(*paid);
    emit pay(wish, *paid);
}

}  // namespace runnel::ui
